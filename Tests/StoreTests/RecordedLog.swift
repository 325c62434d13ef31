import Logging
import Synchronization

/// Keeps what is logged.
final class RecordedLog: Sendable {
    struct Line: Sendable {
        let level: Logger.Level
        let message: String
        let metadata: [String: String]
    }

    private let recorded = Mutex<[Line]>([])

    var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }

    /// What an operator has to act on.
    var errors: [Line] { recorded.withLock { $0.filter { $0.level >= .error } } }

    private struct Handler: LogHandler {
        let log: RecordedLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let metadata = (event.metadata ?? [:]).mapValues { "\($0)" }
            log.recorded.withLock { $0.append(Line(level: event.level, message: "\(event.message)", metadata: metadata)) }
        }
    }
}
