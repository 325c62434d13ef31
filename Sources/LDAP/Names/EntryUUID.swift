internal import Wire

/// Sixteen octets as RFC 4122 §3 writes them, which is how entryUUID reads (RFC 4530 §2.1).
package enum EntryUUID {
    package static let octets = 16

    /// Nil where it is not so many.
    package static func text(_ octets: some Collection<UInt8>) -> String? {
        guard octets.count == Self.octets else { return nil }
        let digits = Hex.encode(octets)
        let parts = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)]
        return parts.map { String(digits.dropFirst($0.0).prefix($0.1 - $0.0)) }.joined(separator: "-")
    }
}
