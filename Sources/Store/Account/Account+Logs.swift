internal import Logging
internal import SQL

extension Account {
    /// Moves long logs into their databases, where those are open. What takes longest is to put the logs on disk: meanwhile the
    /// account is free, and what is left for the move itself are the pages, each of them once, and what was added meanwhile.
    func moveLongLogs() async {
        guard !isMovingLogs, let logs = mailbox?.longLogs, !logs.isEmpty else { return }
        isMovingLogs = true
        defer { isMovingLogs = false }
        let (files, flushes) = (shared.options.files, shared.flushes)
        let outcome = await shared.threads.run { Result { try flushes.flushing { try logs.forEach(files.syncOctets) } } }
        do { try outcome.get() } catch {
            shared.logger.warning("long logs could not be flushed", metadata: ["account": "\(id)", "error": "\(error)"])
            return
        }
        mailbox?.moveLongLogs()
    }
}
