/// A dictionary that holds so many entries and no more: the oldest make room.
package struct BoundedTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let limit: Int
    private var entries: [Key: (value: Value, age: UInt64)] = [:]
    /// Keys in the order in which they came; one that has left or come again is passed over by its age.
    private var order: [(key: Key, age: UInt64)] = []
    private var first = 0
    private var age: UInt64 = 0

    package init(limit: Int) { self.limit = limit }

    package var count: Int { entries.count }

    /// In the order in which they came.
    package var all: [(key: Key, value: Value)] {
        order[first...].compactMap { key, age in
            entries[key].flatMap { $0.age == age ? (key, $0.value) : nil }
        }
    }

    package subscript(key: Key) -> Value? {
        get { entries[key]?.value }
        set {
            guard let newValue else {
                entries[key] = nil
                return
            }
            if let held = entries[key] {
                entries[key] = (newValue, held.age)
            } else {
                insert(newValue, key)
            }
        }
    }

    private mutating func insert(_ value: Value, _ key: Key) {
        while entries.count >= limit, first < order.count {
            let oldest = order[first]
            first += 1
            if entries[oldest.key]?.age == oldest.age { entries[oldest.key] = nil }
        }
        age += 1
        entries[key] = (value, age)
        order.append((key, age))
        compact()
    }

    /// Keeps `order` within twice the limit.
    private mutating func compact() {
        guard order.count > 2 * limit || first > limit else { return }
        order = order[first...].filter { entries[$0.key]?.age == $0.age }
        first = 0
    }
}
