internal import Directory
internal import Mail
internal import MailConfiguration

/// Users and shared mailboxes.
extension DirectoryJoin {
    mutating func addAccount(_ kept: SnapshotDatabase.Kept, _ someone: Someone) throws {
        guard kept.kind == .user || allowed(.sharedMailboxes, kept) else { return }
        if kept.isElsewhere {
            note(kept, .foreignID, "a directory of another tenant has an entry of the same id; they stay two accounts")
        }
        // Whoever is missing was there before, and waits its time, also where others have come meanwhile.
        guard accountsLeft > 0 || kept.missingSince != nil else {
            let most = files.plan.limits.accounts
            return note(kept, .overLimit, "the plan allows \(most) accounts, and those were there first; it gets no mailbox")
        }
        let addresses = try claimed(kept, someone)
        guard let main = addresses.first else {
            if kept.missingSince == nil { note(kept, .noAddress, "it has no address of this tenant; it gets no mailbox") }
            return
        }
        accountsLeft -= 1
        let (name, quota) = (kept.object.displayName ?? main.localPart, quota(kept))
        let isSuspended = kept.object.isSuspended || kept.missingSince != nil
        let id: AccountID
        if kept.kind == .user {
            id = try draft.add(
                UserConfiguration(
                    position: position, id: kept.id, address: main, name: name, aliases: Array(addresses.dropFirst()),
                    quota: quota, language: kept.object.language ?? files.language, isSuspended: isSuspended, senders: [],
                    maySendAs: []))
        } else {
            var mailbox = SharedMailboxConfiguration(
                position: position, id: kept.id, address: main, name: name, aliases: Array(addresses.dropFirst()), quota: quota,
                members: [])
            mailbox.isSuspended = isSuspended
            id = try draft.add(mailbox)
        }
        let logins = kept.kind == .user ? try kept.object.logins.filter { try usableLogin($0, kept, someone) } : []
        try accounts?.add(
            id, directory: kept.directory, stableID: kept.stableID, mark: kept.object.passwordMark ?? "", logins: logins)
        try use(kept, someone, id, addresses: addresses, name)
    }

    mutating func use(
        _ kept: SnapshotDatabase.Kept, _ someone: Someone, _ id: AccountID? = nil, addresses: [Address], _ name: String
    ) throws {
        if let main = addresses.first { try index.use(someone, id: id, main: main) }
        try index.name(someone, entry: kept.object.key, in: kept.directory)
        guard !mentioned.isEmpty, mentioned.contains(kept.id) else { return }
        found.updateValue(addresses.first.map { NamedAddress(address: $0, name: name) }, forKey: kept.id)
    }

    /// Two people of one name: whoever was there first has it.
    mutating func usableLogin(_ login: String, _ kept: SnapshotDatabase.Kept, _ someone: Someone) throws -> Bool {
        guard try !index.claim(login: login, for: someone, in: kept.directory) else { return true }
        note(kept, .duplicateLogin, "\"\(Shown.text(login))\" is somebody else's name to log in by; here it is not used")
        return false
    }

    func quota(_ kept: SnapshotDatabase.Kept) -> ByteCount {
        let most = files.plan.limits.quotaPerAccount
        return kept.object.quota.map { min(ByteCount($0), most) } ?? most
    }
}
