internal import Mail
internal import NIOCore
internal import Store

/// CREATE, DELETE, RENAME, SUBSCRIBE and UNSUBSCRIBE.
extension Session {
    /// RFC 9051 §6.3.4. A special use cannot be asked for (RFC 6154 §3): each has its folder from the beginning.
    func create(_ name: MailboxName, _ asksForUse: Bool) async throws -> Reply {
        guard !asksForUse else { return .no("Every special use has its mailbox already", .useAttribute) }
        if name.shared != nil, try await place(of: name) == nil { return .no("No mailbox can be made here", .cannot) }
        guard let place = try await place(of: name) else { return Self.noSuchMailbox }
        // Names that begin so are those of shared mailboxes.
        if !place.isShared, name.components[0].hasPrefix(MailboxName.sharedPrefix) {
            return .no("A mailbox's name cannot begin with ~", .cannot)
        }
        try await place.account.createFolder(at: place.path)
        return .ok("Done")
    }

    /// RFC 9051 §6.3.5.
    func delete(_ name: MailboxName) async throws -> Reply {
        guard let (place, folder) = try await folder(name) else { return Self.noSuchMailbox }
        guard !folder.children else { return .no("There are mailboxes below it", .cannot) }
        try await place.account.deleteFolder(folder.id)
        return .ok("Done")
    }

    /// RFC 9051 §6.3.6. From one account to another folders are not renamed; messages can be moved.
    func rename(_ name: MailboxName, to new: MailboxName) async throws -> Reply {
        guard let (place, folder) = try await folder(name) else { return Self.noSuchMailbox }
        guard let destination = try await self.place(of: new), destination.account.id == place.account.id else {
            return .no("A mailbox stays in its account", .cannot)
        }
        if !place.isShared, new.components[0].hasPrefix(MailboxName.sharedPrefix) {
            return .no("A mailbox's name cannot begin with ~", .cannot)
        }
        try await place.account.renameFolder(folder.id, to: destination.path)
        return .ok("Done")
    }

    /// RFC 9051 §6.3.7, §6.3.8. What is shared with somebody appears by itself (F84), and so is always subscribed.
    func subscribe(_ name: MailboxName, _ isSubscribed: Bool) async throws -> Reply {
        guard let place = try await place(of: name) else { return Self.noSuchMailbox }
        guard !place.isShared else {
            return isSubscribed ? .ok("Done") : .no("Shared mailboxes are always subscribed", .cannot)
        }
        if isSubscribed, let refusal = place.path.refusal { throw StoreError.folderNotAllowed(refusal) }
        try await place.account.subscribe(place.path, isSubscribed)
        return .ok("Done")
    }
}
