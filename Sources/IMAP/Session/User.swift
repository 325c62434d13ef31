internal import Directory
internal import Mail
internal import Store

/// Who has logged in.
struct User {
    /// As the generation of `generation` has it.
    var account: DirectoryAccount
    let mail: Account
    /// The number of the generation that was last looked at.
    var generation: Int
    /// Keeps the session in the registry.
    let token: SessionToken

    /// The largest message that APPEND takes.
    func appendLimit(_ limits: IMAPLimits) -> ByteCount { min(account.maxMessageSize, limits.messageSize) }

    /// The mailbox that stands below `~name`; nil where there is none that may be read.
    func shared(named name: String) -> SharedAccess? {
        account.shared.first { $0.rights.contains(.read) && sharedName($0) == name }
    }

    /// What stands behind the `~`: the local part of the mailbox's address, or the address where two have the same.
    func sharedName(_ access: SharedAccess) -> String {
        let local = access.address.localPart
        let isAmbiguous = account.shared.contains { $0.account != access.account && $0.address.localPart == local }
        return String((isAmbiguous ? access.address.description : local).map { $0 == "/" ? "_" : $0 })
    }
}
