internal import Mail
internal import NIOCore
internal import Store

extension Session {
    /// STATUS, RFC 9051 §6.3.11.
    func status(_ name: MailboxName, _ items: [StatusItem]) async throws -> Reply {
        guard let (_, folder) = try await folder(name) else { return Self.noSuchMailbox }
        try await writeStatus(of: folder, name: name, items)
        return .ok("Done")
    }

    /// `* STATUS ...`; counters come from the folder's row.
    func writeStatus(of folder: Folder, name: MailboxName, _ items: [StatusItem]) async throws {
        if items.contains(.highestModSequence) { usesModSequences = true }
        let recent = items.contains(.recent) ? try await recentCount(of: folder, name) : 0
        replies.write("* STATUS ")
        replies.write(mailbox: name)
        replies.write(" (")
        for (index, item) in items.enumerated() {
            if index > 0 { replies.write(" ") }
            replies.writeString(item.rawValue)
            replies.write(" ")
            replies.write(number: value(of: item, in: folder, recent: recent))
        }
        replies.write(")\r\n")
    }

    private func value(of item: StatusItem, in folder: Folder, recent: Int) -> UInt64 {
        switch item {
        case .messages: UInt64(max(0, folder.messages))
        case .recent: UInt64(max(0, recent))
        case .uidNext: UInt64(folder.uidNext.value)
        case .uidValidity: UInt64(folder.uidValidity.value)
        case .unseen: UInt64(max(0, folder.unseen))
        case .deleted: UInt64(max(0, folder.deleted))
        case .size: UInt64(max(0, folder.octets))
        case .highestModSequence: max(1, folder.highest.value)
        case .appendLimit: UInt64(user?.appendLimit(limits).octets ?? 0)
        }
    }

    private func recentCount(of folder: Folder, _ name: MailboxName) async throws -> Int {
        guard let place = try await place(of: name) else { return 0 }
        let (now, recentFrom) = try await place.account.select(folder.id, claimRecent: false)
        guard recentFrom < now.uidNext else { return 0 }
        let uids = try await place.account.uids(in: folder.id)
        return uids.count - uids.firstIndex(notBelow: recentFrom)
    }
}
