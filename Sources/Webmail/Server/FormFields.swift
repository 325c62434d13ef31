/// Names and values of a query or a form: `application/x-www-form-urlencoded`, as the URL standard §5.1 reads it. A name may
/// come several times.
package struct FormFields: Sendable {
    /// Pairs that are read; what follows is left out.
    static let limit = 5_000

    package private(set) var pairs: [(name: String, value: String)] = []

    package init() {}

    package init(_ text: some StringProtocol) {
        for pair in text.utf8.split(separator: UInt8(ascii: "&"), maxSplits: Self.limit).prefix(Self.limit) {
            let cut = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            let value = cut < pair.endIndex ? pair[pair.index(after: cut)...] : pair[pair.endIndex...]
            pairs.append((Self.decode(pair[..<cut], plusIsSpace: true), Self.decode(value, plusIsSpace: true)))
        }
    }

    package subscript(_ name: String) -> String? { pairs.first { $0.name == name }?.value }

    package func all(_ name: String) -> [String] { pairs.filter { $0.name == name }.map(\.value) }

    package mutating func add(_ name: String, _ value: String) { pairs.append((name, value)) }

    /// Percent-decoding; what is not UTF-8 becomes U+FFFD.
    package static func decode(_ octets: some Collection<UInt8>, plusIsSpace: Bool = false) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(octets.count)
        var pending = octets[...]
        while let octet = pending.popFirst() {
            if octet == UInt8(ascii: "+"), plusIsSpace {
                result.append(UInt8(ascii: " "))
            } else if octet == UInt8(ascii: "%"), let high = pending.first?.hexValue,
                let low = pending.dropFirst().first?.hexValue
            {
                result.append(high << 4 | low)
                pending = pending.dropFirst(2)
            } else {
                result.append(octet)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Percent-encodes all but RFC 3986's unreserved characters.
    package static func encode(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var result: [UInt8] = []
        for octet in text.utf8 {
            switch octet {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x7e: result.append(octet)
            default: result += [UInt8(ascii: "%"), digits[Int(octet >> 4)], digits[Int(octet & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// `path?name=value&...`; pairs without a value are left out.
    package static func address(_ path: String, _ query: KeyValuePairs<String, String?>) -> String {
        let parts = query.compactMap { pair in pair.value.map { "\(pair.key)=\(encode($0))" } }
        return parts.isEmpty ? path : "\(path)?\(parts.joined(separator: "&"))"
    }
}

extension UInt8 {
    fileprivate var hexValue: UInt8? {
        switch self {
        case 0x30...0x39: self - 0x30
        case 0x41...0x46: self - 0x37
        case 0x61...0x66: self - 0x57
        default: nil
        }
    }
}
