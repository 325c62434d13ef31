internal import Logging
internal import NIOConcurrencyHelpers
internal import NIOPosix

/// Hands entries to the journal on a thread of its own: whoever logs never waits for journald.
///
/// A program that traps loses what waits here, usually nothing; the trap's own line goes to standard error.
final class JournalThread: Sendable {
    /// Entries that may wait. What comes while so many do is dropped, and counted.
    static let mostWaiting = 10_000
    static let shared = JournalThread(send: Journal.send)

    private struct State {
        var waiting: [JournalEntry] = []
        var dropped = 0
        var isScheduled = false
    }

    private let state = NIOLockedValueBox(State())
    private let pool: NIOThreadPool
    private let send: @Sendable (JournalEntry) -> Void

    init(send: @escaping @Sendable (JournalEntry) -> Void) {
        self.send = send
        pool = NIOThreadPool(numberOfThreads: 1)
        pool.start()
    }

    func put(_ entry: JournalEntry) {
        let mustSchedule = state.withLockedValue { state in
            guard state.waiting.count < Self.mostWaiting else {
                state.dropped += 1
                return false
            }
            state.waiting.append(entry)
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        if mustSchedule { pool.submit { _ in self.sendWaiting() } }
    }

    private func sendWaiting() {
        while true {
            let (entries, dropped) = state.withLockedValue { state in
                defer { (state.waiting, state.dropped) = ([], 0) }
                if state.waiting.isEmpty, state.dropped == 0 { state.isScheduled = false }
                return (state.waiting, state.dropped)
            }
            guard !entries.isEmpty || dropped > 0 else { return }
            for entry in entries { send(entry) }
            if dropped > 0 { send(Self.lost(dropped)) }
        }
    }

    private static func lost(_ lines: Int) -> JournalEntry {
        JournalEntry(
            label: "malaposta", level: .warning, message: "log lines were dropped, as the journal did not keep up",
            metadata: ["lines": "\(lines)"])
    }
}
