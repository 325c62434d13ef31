internal import Metering

/// What the store measures.
enum Measures {
    /// How long it takes to make filed mail durable, many mailboxes at once.
    static let flush = SingleTimer("malaposta_store_flush_seconds")
}
