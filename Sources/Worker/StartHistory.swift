internal import FoundationEssentials
internal import Glibc

/// How the starts of a worker went, in a file of the run folder, which a boot of the machine empties.
///
/// systemd 252 starts a unit again after a fixed pause; the pause that grows is ours (systemd 254 has RestartSteps).
struct StartHistory: Sendable {
    /// What the file holds.
    struct Record: Codable, Equatable {
        var early = 0
        var unready = 0
        /// Milliseconds of the boot's clock at which the worker was ready; nil before.
        var ready: Int64?
    }

    private let path: String
    private let now: @Sendable () -> Int64

    /// - Parameter now: milliseconds since the boot.
    init(path: String, now: @escaping @Sendable () -> Int64 = Self.bootTime) {
        self.path = path
        self.now = now
    }

    /// Notes a start.
    ///
    /// - Returns: how long to wait first; nil where the last worker ended as told, or lived long enough.
    func begin() -> Duration? {
        guard let last = read() else {
            write(Record())
            return nil
        }
        var policy = RestartPolicy(early: last.early, unready: last.unready)
        let decision = policy.decide(served: last.ready.map { .milliseconds(max(0, now() - $0)) })
        write(Record(early: policy.early, unready: policy.unready))
        guard policy.early > 0 else { return nil }
        return switch decision {
        case .restart(let pause): pause
        // Somebody may mend what is broken at any time.
        case .giveUp: RestartPolicy.longestPause
        }
    }

    /// The worker serves.
    func ready() {
        var record = read() ?? Record()
        record.ready = now()
        write(record)
    }

    /// The worker ends as told.
    func forget() { _ = unsafe unlink(path) }

    private func read() -> Record? {
        guard let octets = try? Data(contentsOf: URL(filePath: path)) else { return nil }
        return try? JSONDecoder().decode(Record.self, from: octets)
    }

    /// A file that cannot be written costs the pauses, not the worker.
    private func write(_ record: Record) {
        guard let octets = try? JSONEncoder().encode(record) else { return }
        try? octets.write(to: URL(filePath: path))
    }

    static func bootTime() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_BOOTTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
