internal import Wire

/// A place between two rows of a list: the sort key and the UID of the row beside it. Rows that come and go elsewhere
/// neither shift nor repeat what lies behind it, and finding it costs the same anywhere.
package struct ListCursor: Sendable, Hashable {
    enum Key: Sendable, Hashable {
        case number(Int64)
        case text(String)
    }

    let key: Key
    /// The UID, or of a list of threads the thread.
    let tie: Int64
    /// Whether the page lies before the place, not behind it.
    let isBackward: Bool

    init(key: Key, tie: Int64, isBackward: Bool) {
        self.key = key
        self.tie = tie
        self.isBackward = isBackward
    }

    /// For a URL: letters, digits, `.` and `-`.
    package var token: String {
        let place = "\(tie)\(isBackward ? "b" : "f")"
        switch key {
        case .number(let number): return "n\(number).\(place)"
        case .text(let text): return "t\(Hex.encode(text.utf8)).\(place)"
        }
    }

    /// Nil for what no `token` says.
    package init?(token: String) {
        guard token.utf8.count < 1_000, let dot = token.lastIndex(of: "."), let direction = token.last, "bf".contains(direction),
            let tie = Int64(token[token.index(after: dot)...].dropLast())
        else { return nil }
        let value = token[..<dot].dropFirst()
        switch token.first {
        case "n":
            guard let number = Int64(value) else { return nil }
            key = .number(number)
        case "t":
            guard let octets = Hex.decode(value), let text = String(validating: octets, as: UTF8.self) else { return nil }
            key = .text(text)
        default: return nil
        }
        self.tie = tie
        isBackward = direction == "b"
    }
}
