/// What a resource record says.
package enum RecordData: Hashable, Sendable {
    /// A and AAAA.
    case address(IPAddress)
    /// NS, CNAME and PTR.
    case name(DNSName)
    case exchange(MailExchange)
    /// TXT: its strings joined, as SPF, DKIM and DMARC read them (RFC 7208 §3.3, RFC 6376 §3.6.2.2).
    case text([UInt8])
    case service(ServiceLocation)
    case tlsa(TLSAssociation)
    /// Everything else, as on the wire.
    case other([UInt8])

    /// Reads a record's data with uncompressed names. Nil where it is not what its type says, or names something that
    /// `DNSName` does not hold.
    init?(_ type: RecordType, wire: [UInt8]) {
        var rest = wire[...]
        switch type {
        case .a, .aaaa:
            guard wire.count == (type == .a ? 4 : 16), let address = IPAddress(octets: wire) else { return nil }
            self = .address(address)
        case .ns, .cname, .ptr:
            guard let name = DNSName(wire: &rest), rest.isEmpty else { return nil }
            self = .name(name)
        case .mx:
            guard let preference = rest.number(), let host = DNSName(wire: &rest), rest.isEmpty else { return nil }
            self = .exchange(MailExchange(preference: preference, host: host))
        case .txt:
            guard let text = Self.joined(&rest) else { return nil }
            self = .text(text)
        case .srv:
            guard let priority = rest.number(), let weight = rest.number(), let port = rest.number(),
                let target = DNSName(wire: &rest), rest.isEmpty
            else { return nil }
            self = .service(ServiceLocation(priority: priority, weight: weight, port: port, target: target))
        case .tlsa:
            guard wire.count > 3 else { return nil }
            self = .tlsa(TLSAssociation(usage: wire[0], selector: wire[1], matching: wire[2], data: Array(wire[3...])))
        default: self = .other(wire)
        }
    }

    private static func joined(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        var text: [UInt8] = []
        while let length = rest.popFirst() {
            guard rest.count >= length else { return nil }
            text += rest.prefix(Int(length))
            rest = rest.dropFirst(Int(length))
        }
        return text
    }
}

/// MX (RFC 1035 §3.3.9).
package struct MailExchange: Hashable, Sendable {
    package var preference: UInt16
    /// The root in a null MX (RFC 7505).
    package var host: DNSName

    package init(preference: UInt16, host: DNSName) {
        self.preference = preference
        self.host = host
    }
}

/// SRV (RFC 2782).
package struct ServiceLocation: Hashable, Sendable {
    package var priority: UInt16
    package var weight: UInt16
    package var port: UInt16
    /// The root where the service is not offered.
    package var target: DNSName

    package init(priority: UInt16, weight: UInt16, port: UInt16, target: DNSName) {
        self.priority = priority
        self.weight = weight
        self.port = port
        self.target = target
    }
}

/// TLSA (RFC 6698 §2.1).
package struct TLSAssociation: Hashable, Sendable {
    package var usage: UInt8
    package var selector: UInt8
    package var matching: UInt8
    package var data: [UInt8]

    package init(usage: UInt8, selector: UInt8, matching: UInt8, data: [UInt8]) {
        self.usage = usage
        self.selector = selector
        self.matching = matching
        self.data = data
    }
}

extension ArraySlice<UInt8> {
    /// Sixteen bits, most significant first, and moves behind them.
    fileprivate mutating func number() -> UInt16? {
        guard let high = popFirst(), let low = popFirst() else { return nil }
        return UInt16(high) << 8 | UInt16(low)
    }
}
