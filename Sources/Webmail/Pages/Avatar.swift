/// The round picture of a correspondent: initials on a colour that is always the same for an address.
package struct Avatar: Sendable, Hashable {
    /// Colours that the style sheet has: `c0` to `c7`.
    static let colors = 8

    package let initials: String
    package let color: Int

    package init(name: String, address: String) {
        let words = name.split { !($0.isLetter || $0.isNumber) }.filter { $0.first?.isLetter == true }
        let letters =
            switch words.count {
            case 0: String(address.first(where: \.isLetter) ?? "?")
            case 1: String(words[0].prefix(1))
            default: String(words[0].prefix(1)) + String(words[words.count - 1].prefix(1))
            }
        initials = String(letters.uppercased().prefix(2))
        color = Self.place(of: address.lowercased(), among: Self.colors)
    }

    /// FNV-1a: the same in every process, which `Hasher` is not.
    static func place(of text: String, among count: Int) -> Int {
        let hash = text.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
        return Int((hash ^ hash >> 15) % UInt32(count))
    }

    var fields: Fields { ["initials": initials, "color": color] }
}
