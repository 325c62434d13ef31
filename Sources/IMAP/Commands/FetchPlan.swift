internal import NIOCore
internal import Store

/// What a FETCH asks for, in the order in which it is answered, and what is needed for it.
struct FetchPlan: Sendable {
    /// A plain value: who goes through them for each message counts no references.
    enum Item: Sendable {
        /// What the message's row has.
        case stored(StoredItem)
        /// Which of `sections`.
        case section(Int)
    }

    private(set) var items: [Item] = []
    private(set) var sections: [PlannedSection] = []
    /// What the store must read besides each message's row.
    private(set) var fields: MetadataFields = []
    /// Whether octets of messages are asked for, and whether others than those of their headers.
    private(set) var readsHeaders = false
    private(set) var readsBodies = false
    /// Whether the answer sets `\Seen` (RFC 9051 §6.4.5).
    private(set) var setsSeen = false
    let asksForFlags: Bool

    init(_ items: [FetchItem], withUID: Bool, withModSequence: Bool) {
        asksForFlags = items.contains(.flags)
        if withUID, !items.contains(.uid) { add(.uid) }
        for item in items { add(item) }
        if withModSequence, !items.contains(.modSequence) { add(.modSequence) }
    }

    private mutating func add(_ item: FetchItem) {
        switch item {
        case .uid: add(.uid, from: [])
        case .flags: add(.flags, from: [])
        case .modSequence: add(.modSequence, from: [])
        case .internalDate: add(.internalDate, from: .details)
        case .size: add(.size, from: .details)
        case .envelope: add(.envelope, from: .envelope)
        case .bodyStructure: add(.bodyStructure, from: .bodyStructure)
        case .body: add(.body, from: .body)
        case .section(let section, let partial, let peek):
            if !peek { setsSeen = true }
            add(PlannedSection(section, partial))
        case .legacy(let section):
            if section != .header { setsSeen = true }
            add(PlannedSection(section))
        }
    }

    private mutating func add(_ item: StoredItem, from fields: MetadataFields) {
        items.append(.stored(item))
        self.fields.formUnion(fields)
    }

    private mutating func add(_ section: PlannedSection) {
        items.append(.section(sections.count))
        sections.append(section)
        fields.formUnion([.details, section.isKept ? .keptFields : .content])
        if section.isOfHeader { readsHeaders = true } else { readsBodies = true }
    }

    /// Octets that are read of a message at most.
    func octets(of row: borrowing MetadataRow) -> Int { readsBodies ? row.size : readsHeaders ? row.headerSize : 0 }
}
