internal import Mail
internal import Store

/// The messages of a list that are in a set, so many at a time. Neighbours in the list become one range.
struct UIDBatches {
    private let list: UIDList
    /// Positions in the list, the last first.
    private var rest: [Range<Int>]
    private let size: Int

    init(_ list: UIDList, _ set: UIDSet, size: Int) {
        self.list = list
        self.size = size
        rest = set.ranges.reversed().map { range in
            let end = range.upperBound == .max ? list.count : list.firstIndex(notBelow: UID(range.upperBound + 1))
            let start = list.firstIndex(notBelow: UID(range.lowerBound))
            return start..<max(start, end)
        }
    }

    /// Nil at the end; never empty.
    mutating func next() -> UIDSet? {
        var ranges: [ClosedRange<UInt32>] = []
        var room = size
        while room > 0, let positions = rest.popLast() {
            guard !positions.isEmpty else { continue }
            let taken = positions.prefix(room)
            room -= taken.count
            ranges.append(list.values[taken.startIndex]...list.values[taken.endIndex - 1])
            if taken.endIndex < positions.upperBound { rest.append(taken.endIndex..<positions.upperBound) }
        }
        return ranges.isEmpty ? nil : UIDSet(ranges: ranges)
    }
}
