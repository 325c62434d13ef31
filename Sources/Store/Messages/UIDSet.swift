package import Mail

/// UIDs as ranges, in ascending order, without overlaps.
package struct UIDSet: Sendable, Hashable, ExpressibleByArrayLiteral {
    package private(set) var ranges: [ClosedRange<UInt32>]

    /// Every UID.
    package static let all = UIDSet(ranges: [1...UInt32.max])

    /// - Parameter ranges: in any order; overlaps are joined.
    package init(ranges: [ClosedRange<UInt32>]) {
        self.ranges = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = self.ranges.last, UInt64(range.lowerBound) <= UInt64(last.upperBound) + 1 {
                self.ranges[self.ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                self.ranges.append(range)
            }
        }
    }

    package init(_ uids: some Sequence<UID>) {
        self.init(ranges: uids.map { $0.value...$0.value })
    }

    package init(arrayLiteral elements: UID...) { self.init(elements) }

    package var isEmpty: Bool { ranges.isEmpty }

    /// How many UIDs it spans.
    package var count: Int { ranges.reduce(0) { $0 + $1.count } }

    package func contains(_ uid: UID) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < uid.value { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(uid.value)
    }

    /// `1:3,7`, RFC 9051 §9 `sequence-set`.
    package var description: String {
        ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound):\($0.upperBound)" }.joined(separator: ",")
    }
}
