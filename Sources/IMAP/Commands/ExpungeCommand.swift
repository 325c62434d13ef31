internal import Mail
internal import NIOCore
internal import Store

extension Session {
    /// EXPUNGE and UID EXPUNGE, RFC 9051 §6.4.3, §6.4.9. The answers come with the news behind the command.
    func expunge(_ set: SequenceSet?) async throws -> Reply {
        guard let mailbox = selected else { return .bad("Please select a mailbox first") }
        guard !mailbox.isReadOnly else { return Self.readOnly }
        var uids: UIDSet?
        if let set { uids = try await mailbox.messages(set, byUID: true) }
        _ = try await mailbox.account.expunge(mailbox.folder, uids: uids)
        return .ok("Done")
    }
}
