/// How records are written for zone files (RFC 1035 §5.1).
package enum RecordText {
    /// Octets of one character-string (RFC 1035 §3.3).
    package static let longestString = 255

    /// The value of a TXT record in strings of at most `length` octets, each in quotes.
    package static func strings(_ value: String, length: Int = longestString) -> [String] {
        var strings: [String] = []
        var rest = Array(value.utf8)[...]
        repeat {
            let piece = rest.prefix(max(1, min(length, longestString)))
            rest = rest.dropFirst(piece.count)
            strings.append("\"" + piece.map(escaped).joined() + "\"")
        } while !rest.isEmpty
        return strings
    }

    private static func escaped(_ octet: UInt8) -> String {
        switch octet {
        case 0x22, 0x5c: "\\\(UnicodeScalar(octet))"
        case 0x20...0x7e: String(UnicodeScalar(octet))
        default: "\\" + String(repeating: "0", count: 3 - String(octet).count) + String(octet)
        }
    }
}
