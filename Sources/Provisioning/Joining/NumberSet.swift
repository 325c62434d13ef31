/// Numbers of a `JoinIndex`: one bit for each up to the highest, and somewhat more for those that are in it.
struct NumberSet {
    private static let width = UInt64.bitWidth

    private var words: [UInt64] = []
    /// Places of words that have been used, so that emptying it costs no more than filling it.
    private var used: [Int32] = []

    /// - Returns: whether it was not in it.
    @discardableResult
    mutating func insert(_ number: JoinIndex.Number) -> Bool {
        let (place, bit) = Self.place(number)
        if place >= words.count { words += repeatElement(0, count: max(place + 1 - words.count, words.count / 2)) }
        guard words[place] & bit == 0 else { return false }
        if words[place] == 0 { used.append(Int32(place)) }
        words[place] |= bit
        return true
    }

    mutating func remove(_ number: JoinIndex.Number) {
        let (place, bit) = Self.place(number)
        if place < words.count { words[place] &= ~bit }
    }

    func contains(_ number: JoinIndex.Number) -> Bool {
        let (place, bit) = Self.place(number)
        return place < words.count && words[place] & bit != 0
    }

    mutating func removeAll() {
        for place in used { words[Int(place)] = 0 }
        used.removeAll(keepingCapacity: true)
    }

    private static func place(_ number: JoinIndex.Number) -> (place: Int, bit: UInt64) {
        (Int(number) / width, 1 << (UInt64(number) % UInt64(width)))
    }
}
