package import NIOCore
internal import Wire

/// The identifiers of Message-ID, In-Reply-To and References, RFC 5322 §3.6.4, without their angle brackets.
package enum MessageIdentifiers {
    /// Identifiers of one field; of more the first ones are given up, as the last are the nearest ancestors.
    static let limit = 1_000
    /// The longest identifier in octets: a line of RFC 5322 §2.1.1.
    static let lengthLimit = 998

    /// In their order. Where nothing stands in angle brackets, every word with an `@` is taken (some old senders).
    package static func read(_ field: ByteBuffer) -> [String] {
        let octets = Header.unfold(field)
        var result: [String] = []
        var index = 0
        while let open = octets[index...].firstIndex(of: UInt8(ascii: "<")),
            let close = octets[open...].firstIndex(of: UInt8(ascii: ">"))
        {
            append(octets[(open + 1)..<close], to: &result)
            index = close + 1
        }
        if result.isEmpty {
            for word in octets.split(whereSeparator: \.isWhiteSpace) where word.contains(UInt8(ascii: "@")) {
                append(word.drop { $0 == UInt8(ascii: "<") }, to: &result)
            }
        }
        return Array(result.suffix(limit))
    }

    private static func append(_ octets: ArraySlice<UInt8>, to result: inout [String]) {
        let identifier = octets.filter { !$0.isWhiteSpace }
        guard !identifier.isEmpty, identifier.count <= lengthLimit else { return }
        result.append(Charset.decode(Array(identifier), as: nil))
    }
}
