/// A resource record's type, as numbered by IANA (RFC 1035 §3.2.2 and later).
package struct RecordType: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let a = RecordType(rawValue: 1)
    package static let ns = RecordType(rawValue: 2)
    package static let cname = RecordType(rawValue: 5)
    package static let soa = RecordType(rawValue: 6)
    package static let ptr = RecordType(rawValue: 12)
    package static let mx = RecordType(rawValue: 15)
    package static let txt = RecordType(rawValue: 16)
    package static let aaaa = RecordType(rawValue: 28)
    package static let srv = RecordType(rawValue: 33)
    package static let tlsa = RecordType(rawValue: 52)
}

extension RecordType: CustomStringConvertible {
    private static let names: [RecordType: String] = [
        .a: "A", .ns: "NS", .cname: "CNAME", .soa: "SOA", .ptr: "PTR", .mx: "MX", .txt: "TXT", .aaaa: "AAAA", .srv: "SRV",
        .tlsa: "TLSA",
    ]

    /// As zone files have it; RFC 3597 §5 where the type has no name here.
    package var description: String { Self.names[self] ?? "TYPE\(rawValue)" }

    /// Nil where no type of this name is known here.
    package init?(name: String) {
        guard let found = Self.names.first(where: { $0.value == name.uppercased() })?.key else { return nil }
        self = found
    }
}
