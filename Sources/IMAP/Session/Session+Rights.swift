internal import Directory
internal import Logging
internal import Mail
internal import Store

/// Where a mailbox's name leads to.
struct Place {
    let account: Account
    let path: FolderPath
    /// Of the account that the message would lie in.
    let quota: ByteCount?
    let isShared: Bool
}

extension Session {
    /// Looks whether another generation is in force, and what it leaves of this session's rights.
    func lookAtGeneration() async {
        guard let user else { return }
        let generation = services.generation.value
        guard generation.number != user.generation else { return }
        do {
            guard let account = try await generation.account(user.account.id), account.state.isActive,
                account.features.contains(.imap)
            else {
                return sayGoodbye("This account may not be used here any more")
            }
            self.user?.account = account
            self.user?.generation = generation.number
            renewLimits()
        } catch {
            // The rights of before stay until the generation can be read.
            logger.warning("generation could not be read", metadata: ["cause": "\(error)"])
            return
        }
        if let name = selected?.name.shared?.name, self.user?.shared(named: name) == nil {
            sayGoodbye("The selected mailbox is no longer shared with you")
        }
    }

    /// Where `name` lies; nil where it is, or is below, a shared mailbox that is not there for this user.
    func place(of name: MailboxName) async throws -> Place? {
        guard let user else { return nil }
        guard let shared = name.shared else {
            return Place(account: user.mail, path: FolderPath(name.components), quota: user.account.quota, isShared: false)
        }
        guard let access = user.shared(named: shared.name), !shared.path.isEmpty else { return nil }
        let owner = try await services.generation.value.account(access.account)
        guard let owner, owner.state.isActive else { return nil }
        return Place(
            account: try await services.store.account(access.account), path: FolderPath(shared.path).normalized,
            quota: owner.quota,
            isShared: true)
    }

    /// The folder of that name; nil where there is none.
    func folder(_ name: MailboxName) async throws -> (place: Place, folder: Folder)? {
        guard let place = try await place(of: name), let folder = try await place.account.folder(at: place.path) else {
            return nil
        }
        return (place, folder)
    }
}
