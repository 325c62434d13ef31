/// Changes octets at random places as hostile and broken peers would.
package struct Mutation: Sendable {
    /// What is put in, besides single octets.
    package let pieces: [[UInt8]]
    /// Changes of one text at most; it may also be none.
    package let changes: Int

    /// - Parameter pieces: what has a meaning in the grammar under test.
    package init(pieces: [String], changes: Int = 6) {
        self.pieces = pieces.map { Array($0.utf8) }
        self.changes = changes
    }

    package func callAsFunction(_ octets: [UInt8], using random: inout SeededGenerator) -> [UInt8] {
        var result = octets
        for _ in 0..<Int.random(in: 0...changes, using: &random) {
            let place = Int.random(in: 0...result.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0 where place < result.count: result[place] = UInt8.random(in: .min ... .max, using: &random)
            case 1 where place < result.count:
                result[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
            case 2:
                let end = min(result.count, place + Int.random(in: 1...40, using: &random))
                result.removeSubrange(place..<end)
            case 3:
                let end = min(result.count, place + Int.random(in: 1...120, using: &random))
                result.insert(contentsOf: Array(result[place..<end]), at: place)
            case 4: result.removeSubrange(min(result.count, place + 200)...)
            default: result.insert(contentsOf: pieces.randomElement(using: &random) ?? [], at: place)
            }
        }
        return result
    }

    /// The same over text: what is no UTF-8 any more becomes U+FFFD.
    package func callAsFunction(_ text: String, using random: inout SeededGenerator) -> String {
        String(decoding: self(Array(text.utf8), using: &random), as: UTF8.self)
    }
}
