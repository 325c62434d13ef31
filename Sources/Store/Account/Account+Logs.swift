internal import Logging
internal import SQL

extension Account {
    /// Moves long logs into their databases, where those are open. What takes longest is to put the logs on disk: meanwhile the
    /// account is free, and what is left for the move itself are the pages, each of them once, and what was added meanwhile.
    func moveLongLogs() async {
        guard !isMovingLogs, let logs = mailbox?.longLogs else { return }
        isMovingLogs = true
        defer {
            isMovingLogs = false
            mailbox?.hasToldOfLog = false
        }
        guard !logs.isEmpty else { return }
        do { try await shared.flusher.flush(logs.map { .octets($0) }).wait() } catch {
            shared.logger.warning("long logs could not be flushed", metadata: ["account": "\(id)", "error": "\(error)"])
            return
        }
        // It may have been closed meanwhile, which nothing here has held up.
        mailbox?.moveLongLogs()
    }
}
