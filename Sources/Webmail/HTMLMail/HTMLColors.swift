/// Whether a mail's HTML brings colours of its own: then it stays on white paper; else it takes the page's.
///
/// Looks for the words, not for the structure: what is mistaken costs a white ground, or a colour of text in the dark, no more.
enum HTMLColors {
    static func areOwn(_ html: String) -> Bool {
        var reader = Reader(Array(html.utf8))
        while let found = reader.next() {
            switch found {
            case .ground(let value): if !isOrdinaryGround(value) { return true }
            case .ink(let value): if !isOrdinaryInk(value) { return true }
            }
        }
        return false
    }

    /// White, or none.
    private static func isOrdinaryGround(_ value: String) -> Bool {
        ["none", "transparent", "white", "inherit", "initial", "unset", "#fff", "#ffffff", "rgb(255,255,255)", ""].contains(value)
    }

    /// Black, or a grey that is nearly so.
    private static func isOrdinaryInk(_ value: String) -> Bool {
        if ["black", "windowtext", "inherit", "initial", "unset", "currentcolor", ""].contains(value) { return true }
        guard let color = color(value) else { return false }
        return color.max() ?? 0 <= 0x70 && (color.max() ?? 0) - (color.min() ?? 0) <= 0x18
    }

    private static func color(_ value: String) -> [Int]? {
        if value.hasPrefix("rgb(") {
            let parts = value.dropFirst(4).prefix { $0 != ")" }.split(separator: ",").compactMap { Int($0) }
            return parts.count == 3 ? parts : nil
        }
        let digits = Array(value.drop { $0 == "#" })
        switch digits.count {
        case 3: return digits.compactMap { $0.hexDigitValue.map { $0 * 17 } }.ifCount(3)
        case 6:
            return stride(from: 0, to: 6, by: 2).compactMap { Int(String(digits[$0...$0 + 1]), radix: 16) }.ifCount(3)
        default: return nil
        }
    }

    private enum Found {
        case ground(String)
        case ink(String)
    }

    /// Finds `background`, `bgcolor` and `color` as names of attributes and of properties, with their values.
    private struct Reader {
        private let octets: [UInt8]
        private var place = 0

        init(_ octets: [UInt8]) { self.octets = octets }

        mutating func next() -> Found? {
            while place < octets.count {
                for (word, isGround) in Self.words where matches(word) {
                    place += word.count
                    guard let value = value() else { break }
                    return isGround ? .ground(value) : .ink(value)
                }
                place += 1
            }
            return nil
        }

        private static let words: [([UInt8], Bool)] = [
            ("background-color", true), ("background-image", true), ("background", true), ("bgcolor", true), ("color", false),
        ].map { (Array($0.0.utf8), $0.1) }

        private func matches(_ word: [UInt8]) -> Bool {
            guard place + word.count < octets.count, octets[place] | 0x20 == word[0] else { return false }
            // Within a longer name (`border-color`) it is another's; within a word of text too.
            if place > 0, Self.isName(octets[place - 1]) { return false }
            return word.indices.allSatisfy { octets[place + $0] == word[$0] || octets[place + $0] | 0x20 == word[$0] }
        }

        private static func isName(_ octet: UInt8) -> Bool {
            (0x61...0x7a).contains(octet | 0x20) || (0x30...0x39).contains(octet) || octet == UInt8(ascii: "-")
        }

        /// Behind `:` or `=`, up to what ends a declaration or an attribute; in lower case and without spaces. Nil for no value.
        private mutating func value() -> String? {
            var ahead = place
            while ahead < octets.count, octets[ahead] == 0x20 { ahead += 1 }
            guard ahead < octets.count, octets[ahead] == UInt8(ascii: ":") || octets[ahead] == UInt8(ascii: "=") else {
                return nil
            }
            let isAttribute = octets[ahead] == UInt8(ascii: "=")
            ahead += 1
            var value: [UInt8] = []
            var (hasBegun, isQuoted) = (false, false)
            while ahead < octets.count, value.count < Self.valueLimit {
                let octet = octets[ahead]
                let isQuote = octet == UInt8(ascii: "\"") || octet == UInt8(ascii: "'")
                if hasBegun, isQuote || ";!>}".utf8.contains(octet) || isAttribute && !isQuoted && octet <= 0x20 { break }
                if isQuote { isQuoted = true }
                if !isQuote, octet > 0x20 {
                    hasBegun = true
                    value.append((0x41...0x5a).contains(octet) ? octet | 0x20 : octet)
                }
                ahead += 1
            }
            place = ahead
            return String(decoding: value, as: UTF8.self)
        }

        private static let valueLimit = 64
    }
}

extension [Int] {
    fileprivate func ifCount(_ wanted: Int) -> [Int]? { count == wanted ? self : nil }
}
