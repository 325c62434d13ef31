internal import Glibc

/// Held by the one process that has the accounts' folder in hand: the mail worker, or an operator's command while it is down.
package struct AccountsLock: ~Copyable {
    private let descriptor: Int32

    /// - Parameter folder: the folder `accounts`, made if it is missing.
    /// - Throws: `AccountsLockError` where another process holds it.
    package init(folder: String) throws(AccountsLockError) {
        _ = unsafe mkdir(folder, 0o770)
        descriptor = unsafe open("\(folder)/.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o660)
        guard descriptor >= 0 else {
            throw AccountsLockError("\(folder)/.lock cannot be opened: \(unsafe String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw AccountsLockError("another process has \(folder) in hand; stop it first, or wait until it answers")
        }
    }

    deinit { close(descriptor) }
}

/// Keeps the lock for as long as something lives, across waits.
package final class AccountsLockBox: Sendable {
    private let lock: AccountsLock

    /// - Throws: as the lock does.
    package init(folder: String) throws(AccountsLockError) { lock = try AccountsLock(folder: folder) }
}

/// Why the accounts' folder cannot be had.
package struct AccountsLockError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
