internal import Metering

/// What delivery measures.
enum Measures {
    /// Copies by what became of them.
    static let copies = CaseCounters<Outcome>("malaposta_delivery_copies_total", by: "outcome")
    /// From a message's acceptance to its last copy's place in a mailbox; whole seconds.
    static let time = SingleTimer("malaposta_delivery_seconds")

    enum Outcome: String, CaseIterable {
        case filed
        /// Its sender is told.
        case failed
        /// Tried again later.
        case retried
    }
}
