internal import Directory
internal import Mail
internal import SQL
internal import Upkeep

extension HostControl {
    /// Retired accounts whose grace period is over, in the order of their ids.
    ///
    /// An account that the generation in force has in use is none of them, whatever is written down of it: a change that stopped
    /// before it was in force leaves such records.
    func duePurges() throws -> [DirectoryAccount] {
        let due = try database().retired().filter { $0.purgeAfter <= now() }.map(\.account)
        guard !due.isEmpty, let number = folders.generations.currentNumber else { return [] }
        let reader = GenerationReader(folders.generations, number: number)
        let tenants = try Set(reader.outline().tenants.map(\.tenant.id))
        return try due.filter { account in
            guard tenants.contains(account.tenant) else { return true }
            return try reader.account(account.id, of: account.tenant).map { $0.state == .retired } ?? true
        }
    }

    /// Has an account deleted by the mail worker, and forgets it and its password after that. Nothing else changes the host
    /// meanwhile, so the account cannot come back between the look and the deletion. Stopped anywhere, it is done again.
    ///
    /// - Returns: what was deleted; nil where the account is not due, or not any more.
    /// - Throws: `ControlError.busy`; `LocalSocketError` where the worker does not do it.
    func purge(_ account: AccountID, by worker: MailWorker) async throws -> PurgeAccountQuestion.Answer? {
        // Also makes the folder that the lock lies in.
        let database = try database()
        return try await ControlLock.hold(folders.lock) {
            guard try duePurges().contains(where: { $0.id == account }), let number = folders.generations.currentNumber else {
                return nil
            }
            let answer = try await worker.purge(account, generation: number)
            try database.connection.transaction { try database.forget(account) }
            return answer
        }
    }
}
