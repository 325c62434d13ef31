internal import Directory
internal import Mail
internal import SQL
internal import Upkeep

extension HostControl {
    /// Retired accounts whose grace period is over, in the order of their ids: so many of them as are looked at at once, after one.
    func duePurges(after account: AccountID = AccountID(0)) throws -> [DirectoryAccount] {
        try database().retired(after: account, due: now()).map(\.account)
    }

    /// An account that the generation in force has in use is not due, whatever is written down of it: a change that stopped before
    /// it was in force leaves such records.
    private func isDue(_ id: AccountID) throws -> Bool {
        guard let retired = try database().retired(id), retired.purgeAfter <= now(),
            let number = folders.generations.currentNumber
        else { return false }
        let (reader, tenant) = (GenerationReader(folders.generations, number: number), retired.account.tenant)
        guard try reader.outline().tenant(tenant) != nil else { return true }
        return try reader.account(id, of: tenant).map { $0.state == .retired } ?? true
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
            guard try isDue(account), let number = folders.generations.currentNumber else { return nil }
            let answer = try await worker.purge(account, generation: number)
            try database.connection.transaction { try database.forget(account) }
            return answer
        }
    }
}
