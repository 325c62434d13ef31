internal import Logging
internal import Mail
internal import NIOCore
internal import Store

extension Session {
    /// Tells the client what has happened in the selected mailbox (RFC 9051 §5.2, §7.5.1).
    ///
    /// - Parameters:
    ///   - expunges: whether messages may lose their numbers now.
    ///   - evenIfQuiet: whether to look although no change was heard of.
    func tellNews(expunges: Bool, evenIfQuiet: Bool = false) async throws {
        guard let selected, evenIfQuiet || selected.hasChanged else { return }
        let news = try await selected.news(expunges: expunges)
        guard !news.isGone else { return sayGoodbye("The selected mailbox is no longer there") }
        for (number, message) in news.changed {
            writeFlags(of: message, number: number, withUID: false)
            try await flushIfLarge()
        }
        for number in news.expunged {
            replies.write("* ", number: UInt64(number), " EXPUNGE\r\n")
        }
        guard news.hasNew else { return }
        write(selected.count, "EXISTS")
        write(selected.recentCount, "RECENT")
    }

    /// The same after something was done: what the store cannot tell now is told later, and the answer to what was done stands.
    func tellNewsOrLater(expunges: Bool, evenIfQuiet: Bool = false) async throws {
        do { try await tellNews(expunges: expunges, evenIfQuiet: evenIfQuiet) } catch let error as StoreError {
            logger.warning("news of a mailbox have to wait", metadata: ["cause": "\(error)"])
            selected?.lookAgain()
        }
    }

    func write(_ count: Int, _ word: StaticString) {
        replies.write("* ", number: UInt64(max(0, count)), " ")
        replies.write(word)
        replies.writeLineEnd()
    }

    /// `* n FETCH (...)` with the flags, and the mod-sequence where the client knows of them.
    func writeFlags(of message: MessageFlags, number: Int, withUID: Bool) {
        replies.write("* ", number: UInt64(number), " FETCH (")
        if withUID { replies.write("UID ", number: UInt64(message.uid.value), " ") }
        replies.write("FLAGS ")
        replies.write(flags: message.flags, tags: message.tags, isRecent: selected?.isRecent(message.uid) ?? false)
        if usesModSequences { replies.write(" MODSEQ (", number: message.modSequence.value, ")") }
        replies.write(")\r\n")
    }
}
