internal import Metering

/// What SMTP measures.
enum Measures {
    /// Connections by the door that they came in by.
    static let sessions = CaseCounters<DoorKind>("malaposta_smtp_sessions_total", by: "door")
    /// Messages that got their 250.
    static let accepted = CaseCounters<DoorKind>("malaposta_smtp_messages_accepted_total", by: "door")
    static let refused = CaseCounters<RefusalClass>("malaposta_smtp_refused_total", by: "class")

    /// Senders, recipients and messages that were refused.
    enum RefusalClass: String, CaseIterable {
        /// 4xx
        case transient
        /// 5xx
        case permanent
    }
}
