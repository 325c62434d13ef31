internal import Mail
internal import NIOCore
internal import Store

extension Session {
    /// STORE and UID STORE, RFC 9051 §6.4.6, with UNCHANGEDSINCE (RFC 7162 §3.1.3).
    func store(_ set: SequenceSet, _ request: StoreRequest, _ byUID: Bool) async throws -> Reply {
        guard let mailbox = selected else { return .bad("Please select a mailbox first") }
        guard !mailbox.isReadOnly else { return Self.readOnly }
        if request.unchangedSince != nil { usesModSequences = true }
        guard let messages = try await mailbox.messages(set, byUID: byUID) else { return Self.noSuchNumber }
        guard !messages.isEmpty else { return .ok("There are no such messages") }
        let list = try await mailbox.uids()
        let result = try await mailbox.account.setFlags(
            request.flagChange, in: mailbox.folder, uids: messages, unchangedSince: request.unchangedSince.map(ModSequence.init))
        mailbox.wasTold(result)
        // RFC 7162 §3.2: who knows mod-sequences is told the new ones, also where it asked for silence.
        if !request.isSilent || usesModSequences {
            for message in result.messages {
                guard let index = list.index(of: message.uid) else { continue }
                if request.isSilent {
                    writeModSequence(of: message, number: index + 1, byUID)
                } else {
                    writeFlags(of: message, number: index + 1, withUID: byUID)
                }
                try await flushIfLarge()
            }
        }
        guard !result.modified.isEmpty else { return .ok("Done") }
        return .ok("Some had changed meanwhile", .modified(numbers(of: result.modified, in: list, byUID)))
    }

    private func writeModSequence(of message: MessageFlags, number: Int, _ byUID: Bool) {
        replies.write("* ", number: UInt64(number), " FETCH (")
        if byUID { replies.write("UID ", number: UInt64(message.uid.value), " ") }
        replies.write("MODSEQ (", number: message.modSequence.value, "))\r\n")
    }

    /// As the client named them: by UID or by number.
    private func numbers(of uids: UIDSet, in list: UIDList, _ byUID: Bool) -> ByteBuffer {
        let members = list.intersection(uids)
        var buffer = ByteBuffer()
        buffer.write(uidSet: byUID ? members : members.compactMap { list.index(of: $0).map { UID(UInt32($0 + 1)) } })
        return buffer
    }
}

extension StoreRequest {
    fileprivate var flagChange: FlagChange {
        let mode: FlagChange.Mode =
            switch change {
            case .add: .add
            case .remove: .remove
            case .replace: .replace
            }
        return FlagChange(mode, flags.system, tags: flags.tags)
    }
}
