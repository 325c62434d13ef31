package import Mail

/// The UIDs of a folder in ascending order: sequence number n is `list[n - 1]`. Copies share their storage until one is changed.
package struct UIDList: Sendable, Hashable, RandomAccessCollection {
    /// Four octets a message.
    package private(set) var values: ContiguousArray<UInt32>

    package init() { values = [] }

    /// - Parameter values: ascending, each once.
    package init(sorted values: ContiguousArray<UInt32>) { self.values = values }

    package var startIndex: Int { 0 }
    package var endIndex: Int { values.count }
    package subscript(position: Int) -> UID { UID(values[position]) }

    /// Where `uid` stands, or nil.
    package func index(of uid: UID) -> Int? {
        let position = firstIndex(notBelow: uid)
        return position < values.count && values[position] == uid.value ? position : nil
    }

    /// The position of the first UID that is not below `uid`.
    package func firstIndex(notBelow uid: UID) -> Int {
        guard let first = values.first, first < uid.value else { return 0 }
        // UIDs ascend, so it stands at most so far from the first; just there where none has gone in between.
        var high = Swift.min(values.count, Int(uid.value - first))
        guard values[high - 1] >= uid.value else { return high }
        high -= 1
        var low = 0
        while low < high {
            let middle = (low + high) / 2
            if values[middle] < uid.value { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// - Parameter uid: above every UID of the list.
    package mutating func append(_ uid: UID) { values.append(uid.value) }

    package mutating func remove(_ uids: UIDSet) {
        guard !uids.isEmpty else { return }
        values.removeAll { uids.contains(UID($0)) }
    }

    /// Those of the list that are in `uids`.
    package func intersection(_ uids: UIDSet) -> [UID] {
        var result: [UID] = []
        for range in uids.ranges {
            var position = firstIndex(notBelow: UID(range.lowerBound))
            while position < values.count, values[position] <= range.upperBound {
                result.append(UID(values[position]))
                position += 1
            }
        }
        return result
    }
}
