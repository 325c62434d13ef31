internal import Glibc

/// An IP address or a network of them in CIDR form (RFC 4632 §3.1, RFC 4291 §2.3).
package struct IPNetwork: Hashable, Sendable {
    /// 4 or 16 octets, those behind the prefix zero.
    private let octets: [UInt8]
    /// Bits.
    private let prefix: Int

    /// - Parameter text: `192.0.2.10`, `192.0.2.0/24`, `2001:db8::/32`; bits behind the prefix must be zero.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let octets = parts.first.flatMap({ Self.octets(of: String($0)) }) else { return nil }
        guard parts.count == 2 else {
            (self.octets, prefix) = (octets, octets.count * 8)
            return
        }
        guard parts[1].utf8.count <= 3, parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let bits = Int(parts[1]),
            (0...octets.count * 8).contains(bits), octets == Self.cut(octets, to: bits)
        else { return nil }
        (self.octets, prefix) = (octets, bits)
    }

    /// Whether an address, in its usual text form, is in this network. `::ffff:192.0.2.1` is the IPv4 address in it.
    package func contains(_ address: String) -> Bool {
        guard let other = Self.octets(of: address), other.count == octets.count else { return false }
        return Self.cut(other, to: prefix) == octets
    }

    private static func cut(_ octets: [UInt8], to bits: Int) -> [UInt8] {
        octets.enumerated().map { index, octet in
            let kept = min(max(bits - index * 8, 0), 8)
            return kept == 8 ? octet : octet & ~(0xff >> UInt8(kept))
        }
    }

    private static func octets(of text: String) -> [UInt8]? {
        guard !text.utf8.contains(0) else { return nil }
        var four = [UInt8](repeating: 0, count: 4)
        if unsafe inet_pton(AF_INET, text, &four) == 1 { return four }
        var sixteen = [UInt8](repeating: 0, count: 16)
        guard unsafe inet_pton(AF_INET6, text, &sixteen) == 1 else { return nil }
        let isMapped = sixteen.prefix(10).allSatisfy { $0 == 0 } && sixteen[10] == 0xff && sixteen[11] == 0xff
        return isMapped ? Array(sixteen.suffix(4)) : sixteen
    }
}

extension IPNetwork: CustomStringConvertible, Codable {
    package var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = octets.count == 4 ? AF_INET : AF_INET6
        guard unsafe inet_ntop(family, octets, &text, socklen_t(text.count)) != nil else { return "" }
        let address = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return prefix == octets.count * 8 ? address : "\(address)/\(prefix)"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let network = IPNetwork(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(text) is no network")
        }
        self = network
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
