internal import NIOConcurrencyHelpers

/// Entries by the time at which something is to be done with them.
final class DueTimes: Sendable {
    /// Latest first, so that what is due is taken from the end.
    private let waiting = NIOLockedValueBox<[(time: Int64, id: EntryID)]>([])

    func add(_ id: EntryID, at time: Int64) {
        waiting.withLockedValue { waiting in
            var (low, high) = (0, waiting.count)
            while low < high {
                let middle = (low + high) / 2
                if waiting[middle].time > time { low = middle + 1 } else { high = middle }
            }
            waiting.insert((time, id), at: low)
        }
    }

    /// Those whose time has come, each once for each time it was added.
    func take(until time: Int64) -> [EntryID] {
        waiting.withLockedValue { waiting in
            var due: [EntryID] = []
            while let last = waiting.last, last.time <= time {
                due.append(last.id)
                waiting.removeLast()
            }
            return due
        }
    }
}
