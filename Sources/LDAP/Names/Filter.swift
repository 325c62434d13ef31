internal import Wire

/// A search filter (RFC 4515). What comes from people or entries goes in as a value, and is escaped.
package indirect enum Filter: Sendable, Hashable {
    /// As a file has it, checked when it was read.
    case written(String)
    case equal(String, [UInt8])
    case all([Filter])
    case any([Filter])

    package var text: String {
        switch self {
        case .written(let text): text
        case .equal(let attribute, let value): "(\(attribute)=\(Self.escaped(value)))"
        case .all(let filters): "(&\(filters.map(\.text).joined()))"
        case .any(let filters): "(|\(filters.map(\.text).joined()))"
        }
    }

    /// A value as it stands in a filter (RFC 4515 §3): all but letters, digits and a few marks become `\xx`, so that no value
    /// can be anything but a value, UTF-8 or not.
    package static func escaped(_ value: [UInt8]) -> String {
        var text = ""
        for octet in value {
            switch octet {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "@"):
                text.unicodeScalars.append(UnicodeScalar(octet))
            default: text += "\\" + Hex.encode(CollectionOfOne(octet))
            }
        }
        return text
    }
}
