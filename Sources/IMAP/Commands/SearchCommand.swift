internal import MIME
internal import Mail
internal import NIOCore
internal import Store

extension Session {
    /// SEARCH and UID SEARCH, RFC 9051 §6.4.4, with RETURN (RFC 4731).
    func search(_ request: SearchRequest, _ byUID: Bool) async throws -> Reply {
        guard let mailbox = selected else { return .bad("Please select a mailbox first") }
        guard let charset = SearchCharset(request.charset) else {
            return .no("Strings are taken in UTF-8 or US-ASCII", .badCharset(SearchCharset.names))
        }
        var translation = SearchTranslation(mailbox: mailbox, charset: charset)
        guard let query = try await translation.query(.both(request.keys)) else { return translation.refusal }
        if translation.usesModSequences { usesModSequences = true }
        let found = try await mailbox.account.search(query, in: mailbox.folder)
        let list = try await mailbox.uids()
        // Messages that the client was not told of have no number yet.
        let numbers: [UInt32] =
            byUID
            ? found.filter { list.index(of: $0) != nil }.map(\.value)
            : found.compactMap { list.index(of: $0).map { UInt32($0 + 1) } }
        let highest = translation.usesModSequences ? try await highestModSequence(of: found, in: mailbox) : nil
        if let returns = request.returns {
            writeExtended(numbers, returns, byUID, highest)
        } else {
            try await writePlain(numbers, highest)
        }
        return .ok("Done")
    }

    /// Of the messages found, RFC 7162 §3.1.5.
    private func highestModSequence(of found: [UID], in mailbox: SelectedMailbox) async throws -> UInt64? {
        guard !found.isEmpty else { return nil }
        return try await mailbox.account.flags(in: mailbox.folder, uids: UIDSet(found)).map(\.modSequence.value).max()
    }

    private func writePlain(_ numbers: [UInt32], _ highest: UInt64?) async throws {
        replies.write("* SEARCH")
        for number in numbers {
            replies.write(" ")
            replies.write(number: UInt64(number))
            try await flushIfLarge()
        }
        if let highest { replies.writeString(" (MODSEQ \(highest))") }
        replies.writeLineEnd()
    }

    /// `esearch-response`, RFC 4466 §2.6.2.
    private func writeExtended(_ numbers: [UInt32], _ returns: SearchRequest.Return, _ byUID: Bool, _ highest: UInt64?) {
        replies.write("* ESEARCH (TAG ")
        replies.write(string: currentTag)
        replies.write(")")
        if byUID { replies.write(" UID") }
        if returns.contains(.min), let first = numbers.first { replies.writeString(" MIN \(first)") }
        if returns.contains(.max), let last = numbers.last { replies.writeString(" MAX \(last)") }
        if returns.contains(.count) { replies.writeString(" COUNT \(numbers.count)") }
        if returns.contains(.all), !numbers.isEmpty {
            replies.write(" ALL ")
            replies.write(uidSet: numbers.map { UID($0) })
        }
        if let highest { replies.writeString(" MODSEQ \(highest)") }
        replies.writeLineEnd()
    }
}
