internal import Glibc
internal import Mail

extension ValueForm where Value == String {
    /// An IPv4 or IPv6 address, in the form that inet_ntop(3) writes, so that equal addresses are equal texts.
    static var ipAddress: ValueForm {
        .scalar(
            "an IP address such as 192.0.2.10 or 2001:db8::10",
            schema: .object(["type": "string", "pattern": "^[0-9a-fA-F:.]+$"]),
            show: { .string($0) },
            parse: { text throws(Misfit) in
                guard let address = InternetAddress.normal(text) else { throw Misfit(reason: "is not one") }
                return address
            })
    }

    /// An address by which a machine reaches only itself (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3).
    static var loopbackAddress: ValueForm {
        .scalar(
            "an address of this machine itself: 127.0.0.1 or \"::1\"",
            schema: .object(["type": "string", "pattern": "^(127\\.[0-9.]+|::1)$"]), show: { .string($0) },
            parse: { text throws(Misfit) in
                guard let address = InternetAddress.normal(text) else { throw Misfit(reason: "is not an IP address") }
                guard address.hasPrefix("127.") || address == "::1" else {
                    throw Misfit(reason: "can be reached from other machines")
                }
                return address
            })
    }
}

extension ValueForm where Value == IPNetwork {
    /// An address, or a network in CIDR form.
    static var network: ValueForm {
        .scalar(
            "an IP address or network such as 192.0.2.0/24",
            schema: .object(["type": "string", "pattern": "^[0-9a-fA-F:.]+(/[0-9]{1,3})?$"]),
            show: { .string($0.description) },
            parse: { text throws(Misfit) in
                guard let network = IPNetwork(text) else { throw Misfit(reason: "is not one, or has bits behind its prefix") }
                return network
            })
    }
}

extension ValueForm where Value == String {
    /// A name server: an IP address, and a port where it is not 53. In the form `address@port`.
    static var nameServer: ValueForm {
        .scalar(
            "a name server such as 192.0.2.53 or 192.0.2.53@5353",
            schema: .object(["type": "string", "pattern": "^[0-9a-fA-F:.]+(@[0-9]{1,5})?$"]), show: { .string($0) },
            parse: { text throws(Misfit) in
                let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
                guard let address = InternetAddress.normal(String(parts[0])) else { throw Misfit(reason: "is not one") }
                guard parts.count == 2 else { return "\(address)@53" }
                guard let port = UInt16(parts[1]), port > 0 else { throw Misfit(reason: "has a wrong port") }
                return "\(address)@\(port)"
            })
    }
}

enum InternetAddress {
    /// The address as inet_ntop(3) writes it; nil where it is none.
    static func normal(_ text: String) -> String? {
        guard text.utf8.count <= 45, !text.utf8.contains(0) else { return nil }
        return normal(text, AF_INET) ?? normal(text, AF_INET6)
    }

    private static func normal(_ text: String, _ family: Int32) -> String? {
        var octets = [UInt8](repeating: 0, count: 16)
        var result = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard unsafe inet_pton(family, text, &octets) == 1,
            unsafe inet_ntop(family, octets, &result, socklen_t(result.count)) != nil
        else { return nil }
        return String(decoding: result.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Whether it stands for all addresses of the machine.
    static func isWildcard(_ address: String) -> Bool { address == "0.0.0.0" || address == "::" }
}
