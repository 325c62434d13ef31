package import Logging

/// Log lines as journal entries with a field for each metadata key: `journalctl MALAPOSTA_ACCOUNT=...`.
package struct JournalLogHandler: LogHandler {
    private let label: String
    private let thread: JournalThread
    package var metadata = Logger.Metadata()
    package var logLevel = Logger.Level.info
    package var metadataProvider: Logger.MetadataProvider?

    package init(label: String) { self.init(label: label, thread: .shared) }

    init(label: String, thread: JournalThread) { (self.label, self.thread) = (label, thread) }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let own = event.metadata { all.merge(own) { $1 } }
        thread.put(
            JournalEntry(
                label: label, level: event.level, message: "\(event.message)", metadata: all, file: event.file, line: event.line))
    }
}

extension Journal {
    /// Makes the journal the place of all log lines of this program, where standard error leads there. Called once, first of all.
    package static func takeLogsIfThere() {
        guard isStandardError else { return }
        LoggingSystem.bootstrap { JournalLogHandler(label: $0) }
    }
}
