package import Mail

/// A name as DNS has it: labels in lower case, no trailing dot, at most 253 octets; the root is the empty text.
///
/// Labels hold 1 to 63 octets of printable ASCII, so that `_dmarc` and what SPF's macros make can be asked for; a dot, a
/// space, a quote or a backslash within a label cannot be written.
package struct DNSName: Hashable, Sendable {
    package let text: String

    package static let root = DNSName(unchecked: "")

    /// Nil where the text is no such name. A trailing dot is taken.
    package init?(_ text: String) {
        let plain = text.hasSuffix(".") ? text.dropLast() : text[...]
        guard !plain.isEmpty, plain.utf8.count <= 253 else { return nil }
        for label in plain.utf8.split(separator: 0x2e, omittingEmptySubsequences: false) {
            guard (1...63).contains(label.count), label.allSatisfy(Self.isTaken) else { return nil }
        }
        self.text = plain.lowercased()
    }

    package init(_ domain: DomainName) { text = domain.ascii }

    private init(unchecked text: String) { self.text = text }

    /// Reads labels with their lengths before them, uncompressed (RFC 1035 §3.1), and moves behind them.
    init?(wire: inout ArraySlice<UInt8>) {
        var labels: [String] = []
        while let length = wire.popFirst() {
            guard length > 0 else {
                guard !labels.isEmpty else {
                    self = .root
                    return
                }
                self.init(labels.joined(separator: "."))
                return
            }
            guard length < 64, wire.count >= length else { return nil }
            let label = wire.prefix(Int(length))
            guard label.allSatisfy(Self.isTaken) else { return nil }
            labels.append(String(decoding: label, as: UTF8.self))
            wire = wire.dropFirst(Int(length))
        }
        return nil
    }

    private static func isTaken(_ octet: UInt8) -> Bool {
        (0x21...0x7e).contains(octet) && octet != 0x22 && octet != 0x2e && octet != 0x5c
    }
}

extension DNSName {
    package var isRoot: Bool { text.isEmpty }

    package var labels: [Substring] { text.split(separator: ".") }

    /// The name below this one; nil where it gets too long.
    package func child(_ labels: String) -> DNSName? { DNSName(isRoot ? labels : "\(labels).\(text)") }

    /// The name without its first label; nil for the root.
    package var parent: DNSName? {
        guard !isRoot else { return nil }
        guard let dot = text.firstIndex(of: ".") else { return .root }
        return DNSName(unchecked: String(text[text.index(after: dot)...]))
    }

    /// Whether this is `other` or below it.
    package func isWithin(_ other: DNSName) -> Bool { other.isRoot || self == other || text.hasSuffix("." + other.text) }

    /// Nil where mail has no such domain: labels with an underscore, and the root.
    package var domain: DomainName? { try? DomainName(text) }

    /// With the trailing dot, as zone files and libraries want it.
    package var absolute: String { text + "." }
}

extension DNSName: Comparable, CustomStringConvertible, Codable {
    package static func < (left: DNSName, right: DNSName) -> Bool { left.text < right.text }

    package var description: String { isRoot ? "." : text }

    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard text != "." else {
            self = .root
            return
        }
        guard let name = DNSName(text) else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "no name in DNS"))
        }
        self = name
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
