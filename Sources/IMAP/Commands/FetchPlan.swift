internal import Store

/// What a FETCH asks for, in the order in which it is answered, and what is needed for it.
struct FetchPlan: Sendable {
    var items: [FetchItem]
    /// What the store must read besides each message's row.
    var fields: MetadataFields = []
    /// Whether the message itself is opened.
    var needsContent: Bool { fields.contains(.content) }
    /// Whether the answer sets `\Seen` (RFC 9051 §6.4.5).
    var setsSeen = false
    var asksForFlags: Bool

    init(_ items: [FetchItem], withUID: Bool, withModSequence: Bool) {
        self.items = withUID && !items.contains(.uid) ? [.uid] + items : items
        if withModSequence, !items.contains(.modSequence) { self.items.append(.modSequence) }
        asksForFlags = items.contains(.flags)
        for item in items {
            switch item {
            case .envelope: fields.insert(.envelope)
            case .bodyStructure: fields.insert(.bodyStructure)
            case .body: fields.insert(.body)
            case .section(_, _, let peek):
                fields.formUnion([.content, .details])
                if !peek { setsSeen = true }
            case .legacy(let section):
                fields.formUnion([.content, .details])
                if section != .header { setsSeen = true }
            case .internalDate, .size: fields.insert(.details)
            case .uid, .flags, .modSequence: break
            }
        }
    }
}
