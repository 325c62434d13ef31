internal import Glibc

/// An IPv4 or IPv6 address. An IPv4 address in IPv6 clothes (`::ffff:192.0.2.1`) is the IPv4 address.
package struct IPAddress: Hashable, Sendable {
    /// 4 or 16, most significant first.
    package let octets: [UInt8]

    /// Nil where there are neither 4 nor 16.
    package init?(octets: [UInt8]) {
        switch octets.count {
        case 4: self.octets = octets
        case 16: self.octets = octets.starts(with: Self.mapped) ? Array(octets.suffix(4)) : octets
        default: return nil
        }
    }

    /// Reads the usual text form (RFC 4291 §2.2); nil where it is none.
    package init?(_ text: String) {
        guard text.utf8.count <= 45, !text.utf8.contains(0) else { return nil }
        var octets = [UInt8](repeating: 0, count: 16)
        if unsafe inet_pton(AF_INET, text, &octets) == 1 {
            self.init(octets: Array(octets.prefix(4)))
        } else if unsafe inet_pton(AF_INET6, text, &octets) == 1 {
            self.init(octets: octets)
        } else {
            return nil
        }
    }

    private static let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]

    package var isIPv6: Bool { octets.count == 16 }

    /// Whether the first `length` bits are those of `network`; false between the two families.
    package func isWithin(_ network: IPAddress, length: Int) -> Bool {
        guard octets.count == network.octets.count, (0...octets.count * 8).contains(length) else { return false }
        let whole = length / 8
        guard octets.prefix(whole) == network.octets.prefix(whole) else { return false }
        let rest = length % 8
        guard rest > 0 else { return true }
        return (octets[whole] ^ network.octets[whole]) >> (8 - rest) == 0
    }

    /// Where its PTR record lies (RFC 1035 §3.5, RFC 3596 §2.5).
    package var reverseName: DNSName {
        let labels =
            isIPv6
            ? octets.reversed().flatMap { [String($0 & 15, radix: 16), String($0 >> 4, radix: 16)] }
            : octets.reversed().map { String($0) }
        return DNSName((labels + [isIPv6 ? "ip6" : "in-addr", "arpa"]).joined(separator: ".")) ?? .root
    }

    // MARK: Special addresses

    /// Whether the world can reach it: not in IANA's registries of special-purpose addresses (RFC 6890), nor multicast.
    package var isGlobal: Bool { !(isIPv6 ? Self.special6 : Self.special4).contains { isWithin($0.0, length: $0.1) } }

    private static let special4 = table(
        """
        0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 \
        192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3
        """)
    /// 2001::/23 holds Teredo and other special ones, 2002::/16 is 6to4 and 64:ff9b::/96 NAT64: both may lead to a private IPv4
    /// address. Only 2000::/3 is given out.
    private static let special6 = table(
        """
        ::/3 4000::/2 8000::/1 2001::/23 2001:db8::/32 2002::/16 3fff::/20
        """)

    private static func table(_ text: String) -> [(IPAddress, Int)] {
        text.split(separator: " ").compactMap { entry in
            let parts = entry.split(separator: "/")
            guard parts.count == 2, let address = IPAddress(String(parts[0])), let length = Int(parts[1]) else { return nil }
            return (address, length)
        }
    }
}

extension IPAddress: Comparable, CustomStringConvertible, Codable {
    package static func < (left: IPAddress, right: IPAddress) -> Bool {
        left.octets.count == right.octets.count
            ? left.octets.lexicographicallyPrecedes(right.octets) : left.octets.count < right.octets.count
    }

    /// As inet_ntop(3) writes it.
    package var description: String {
        var result = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = isIPv6 ? AF_INET6 : AF_INET
        guard unsafe inet_ntop(family, octets, &result, socklen_t(result.count)) != nil else { return "" }
        return String(decoding: result.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    package init(from decoder: any Decoder) throws {
        guard let address = IPAddress(try decoder.singleValueContainer().decode(String.self)) else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "no IP address"))
        }
        self = address
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// Where a name server listens.
package struct ServerAddress: Hashable, Sendable, CustomStringConvertible {
    package var address: IPAddress
    package var port: UInt16

    package init(_ address: IPAddress, port: UInt16 = 53) {
        self.address = address
        self.port = port
    }

    /// Reads `192.0.2.1` or `192.0.2.1@5353`; nil where it is neither.
    package init?(_ text: String) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(String(parts[0])) else { return nil }
        guard parts.count == 2 else {
            self.init(address)
            return
        }
        guard let port = UInt16(parts[1]), port > 0 else { return nil }
        self.init(address, port: port)
    }

    /// `192.0.2.1@53`, as libunbound has it.
    package var description: String { "\(address)@\(port)" }
}
