internal import Mail
internal import NIOCore
internal import Store

/// SELECT and EXAMINE, and how a mailbox is left: CLOSE and UNSELECT.
extension Session {
    /// RFC 9051 §6.3.2, §6.3.3. Costs the same in a folder of any size.
    func select(_ name: MailboxName, _ readOnly: Bool, _ modSequences: Bool) async throws -> Reply {
        selected = nil
        if modSequences { usesModSequences = true }
        guard let place = try await place(of: name) else { return Self.noSuchMailbox }
        // The watch begins first: what happens between is then looked at once too often, not never.
        let connection = connection
        let watch = MailboxWatch(services.store.changes, of: place.account.id) { connection.put(.mailboxChanged) }
        guard let opened = try await place.account.openFolder(at: place.path, claimRecent: !readOnly) else {
            return Self.noSuchMailbox
        }
        let mailbox = SelectedMailbox(opened.folder, name: name, account: place.account, isReadOnly: readOnly, watch: watch)
        try await mailbox.claim(from: opened.recentFrom, to: opened.folder.uidNext)
        describe(mailbox, opened)
        selected = mailbox
        return .ok("Done", readOnly ? .readOnly : .readWrite)
    }

    private func describe(_ mailbox: SelectedMailbox, _ opened: OpenedFolder) {
        let (folder, tags) = (opened.folder, opened.tags)
        replies.write("* FLAGS ")
        replies.write(flags: .all, tags: tags)
        replies.writeLineEnd()
        write(mailbox.count, "EXISTS")
        write(mailbox.recentCount, "RECENT")
        // RFC 3501 §7.1: a client that is not told seeks for itself.
        if let number = opened.firstUnseen.flatMap({ UInt32(exactly: $0) }) {
            replies.write(untagged: .ok("First unseen", .unseen(number)))
        }
        var permanent = ByteBuffer()
        if mailbox.isReadOnly {
            permanent.write("()")
        } else {
            permanent.write(flags: .all, tags: tags)
            permanent.moveWriterIndex(to: permanent.writerIndex - 1)
            permanent.write(" \\*)")
        }
        replies.write(untagged: .ok("Flags that stay", .permanentFlags(permanent)))
        replies.write(untagged: .ok("UIDs are valid", .uidValidity(folder.uidValidity.value)))
        replies.write(untagged: .ok("Predicted next UID", .uidNext(folder.uidNext.value)))
        replies.write(untagged: .ok("Highest", .highestModSequence(max(1, folder.highest.value))))
    }

    /// RFC 9051 §6.4.1: what has `\Deleted` goes, and nothing is said of it.
    func close() async throws -> Reply {
        guard let mailbox = selected else { return .bad("Please select a mailbox first") }
        selected = nil
        if !mailbox.isReadOnly { _ = try await mailbox.account.expunge(mailbox.folder, uids: nil) }
        return .ok("Done")
    }

    /// RFC 9051 §6.4.2.
    func unselect() -> Reply {
        selected = nil
        return .ok("Done")
    }
}
