internal import NIOCore
internal import Store

/// What a FETCH asks for, in the order in which it is answered, and what is needed for it.
struct FetchPlan: Sendable {
    enum Item: Sendable {
        /// What the message's row has.
        case stored(FetchItem)
        case section(PlannedSection)
    }

    var items: [Item]
    /// What the store must read besides each message's row.
    var fields: MetadataFields = []
    /// Whether octets of messages are asked for, and whether others than those of their headers.
    var readsHeaders = false
    var readsBodies = false
    /// Whether the answer sets `\Seen` (RFC 9051 §6.4.5).
    var setsSeen = false
    var asksForFlags: Bool

    init(_ items: [FetchItem], withUID: Bool, withModSequence: Bool) {
        var asked = withUID && !items.contains(.uid) ? [.uid] + items : items
        if withModSequence, !asked.contains(.modSequence) { asked.append(.modSequence) }
        asksForFlags = items.contains(.flags)
        self.items = asked.map { item in
            switch item {
            case .section(let section, let partial, _): .section(PlannedSection(section, partial))
            case .legacy(let legacy): .section(PlannedSection(legacy))
            default: .stored(item)
            }
        }
        for item in items {
            switch item {
            case .envelope: fields.insert(.envelope)
            case .bodyStructure: fields.insert(.bodyStructure)
            case .body: fields.insert(.body)
            case .section(_, _, let peek): if !peek { setsSeen = true }
            case .legacy(let section): if section != .header { setsSeen = true }
            case .internalDate, .size: fields.insert(.details)
            case .uid, .flags, .modSequence: break
            }
        }
        for case .section(let section) in self.items {
            fields.formUnion([.details, section.isKept ? .keptFields : .content])
            if section.isOfHeader { readsHeaders = true } else { readsBodies = true }
        }
    }

    /// Octets that are read of a message at most.
    func octets(of row: borrowing MetadataRow) -> Int { readsBodies ? row.size : readsHeaders ? row.headerSize : 0 }
}
