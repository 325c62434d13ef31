internal import Mail
internal import NIOCore
internal import Store

/// COPY and MOVE, within an account and between accounts.
extension Session {
    /// RFC 9051 §6.4.7. All or nothing.
    func copy(_ set: SequenceSet, _ name: MailboxName, _ byUID: Bool) async throws -> Reply {
        guard let mailbox = selected else { return .bad("Please select a mailbox first") }
        guard let messages = try await mailbox.messages(set, byUID: byUID) else { return Self.noSuchNumber }
        guard let (place, folder) = try await folder(name) else { return Self.noDestination }
        let known = try await known(messages, in: mailbox)
        guard !known.isEmpty else { return .ok("There are no such messages") }
        guard place.account.id == mailbox.account.id else {
            return .ok("Done", try await copyAcross(known, from: mailbox, to: folder, at: place).code)
        }
        let result = try await mailbox.account.copy(known, from: mailbox.folder, to: folder.id, quota: place.quota)
        return .ok("Done", result.code)
    }

    /// RFC 9051 §6.4.8: COPYUID comes before the expunges, which come with the news behind the command.
    func move(_ set: SequenceSet, _ name: MailboxName, _ byUID: Bool) async throws -> Reply {
        guard let mailbox = selected else { return .bad("Please select a mailbox first") }
        guard !mailbox.isReadOnly else { return Self.readOnly }
        guard let messages = try await mailbox.messages(set, byUID: byUID) else { return Self.noSuchNumber }
        guard let (place, folder) = try await folder(name) else { return Self.noDestination }
        let known = try await known(messages, in: mailbox)
        guard !known.isEmpty else { return .ok("There are no such messages") }
        let code: ResponseCode?
        if place.account.id == mailbox.account.id {
            code = try await mailbox.account.move(known, from: mailbox.folder, to: folder.id).code
        } else {
            let copied = try await copyAcross(known, from: mailbox, to: folder, at: place)
            try await mailbox.account.delete(copied.sources)
            code = copied.code
        }
        if let code { replies.write(untagged: .ok("Moved", code)) }
        return .ok("Done")
    }

    /// Of `messages` those that the client knows of.
    private func known(_ messages: UIDSet, in mailbox: SelectedMailbox) async throws -> UIDSet {
        let end = mailbox.uidNext.value
        return UIDSet(ranges: messages.ranges.filter { $0.lowerBound < end }.map { $0.lowerBound...min($0.upperBound, end - 1) })
    }
}

extension CopyResult {
    /// COPYUID, RFC 4315 §3; nil where nothing was copied.
    fileprivate var code: ResponseCode? {
        guard !pairs.isEmpty else { return nil }
        var from = ByteBuffer()
        var to = ByteBuffer()
        from.write(uidSet: pairs.map(\.source))
        to.write(uidSet: pairs.map(\.destination))
        return .copyUID(validity: uidValidity.value, from: from, to: to)
    }
}
