package import DNS

/// Who sends, as far as SPF asks (RFC 7208 §2.4, §4.1).
package struct SPFClient: Sendable {
    package var address: IPAddress
    /// The envelope sender's local part; `postmaster` where it has none (§4.3).
    package var localPart: String
    /// The envelope sender's domain, or the HELO name where there is no sender.
    package var domain: DNSName
    /// What was said in HELO or EHLO.
    package var helloName: String
    /// The name of the host that asks.
    package var receiver: String
    /// Seconds since 1970, for explanations.
    package var time: Int64

    package init(
        address: IPAddress, localPart: String = "postmaster", domain: DNSName, helloName: String, receiver: String = "unknown",
        time: Int64 = 0
    ) {
        self.address = address
        self.localPart = localPart.isEmpty ? "postmaster" : localPart
        self.domain = domain
        self.helloName = helloName
        self.receiver = receiver
        self.time = time
    }
}

extension SPFMacroString {
    /// The text with its macros filled in (§7.2 to §7.4).
    ///
    /// - Parameters:
    ///   - domain: the domain that is being looked at: `%{d}`.
    ///   - validatedName: `%{p}`.
    func expanded(for client: SPFClient, domain: DNSName, validatedName: String) -> String {
        parts.map { part in
            switch part {
            case .literal(let text): return text
            case .macro(let macro):
                let value = Self.value(macro.letter, client, domain, validatedName)
                let transformed = macro.transformed(value)
                return macro.escapes ? Self.escaped(transformed) : transformed
            }
        }.joined()
    }

    private static func value(_ letter: Character, _ client: SPFClient, _ domain: DNSName, _ validated: String) -> String {
        switch letter {
        case "s": "\(client.localPart)@\(client.domain)"
        case "l": client.localPart
        case "o": client.domain.text
        case "d": domain.text
        case "i": client.address.isIPv6 ? nibbles(client.address) : client.address.description
        case "p": validated
        case "h": client.helloName
        case "c": client.address.description
        case "r": client.receiver
        case "t": "\(client.time)"
        default: client.address.isIPv6 ? "ip6" : "in-addr"
        }
    }

    /// §7.3: an IPv6 address as its hexadecimal digits with dots between them.
    private static func nibbles(_ address: IPAddress) -> String {
        address.octets.flatMap { [String($0 >> 4, radix: 16), String($0 & 15, radix: 16)] }.joined(separator: ".")
    }

    /// All but unreserved characters as %XX (RFC 3986 §2.3).
    private static func escaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        return text.utf8.map { octet in
            switch octet {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x7e: String(UnicodeScalar(octet))
            default: "%\(digits[Int(octet >> 4)])\(digits[Int(octet & 15)])"
            }
        }.joined()
    }

    /// A name in DNS made of an expansion: of one that is too long the labels on the left are left out (§7.3). Nil where it
    /// is no name.
    static func name(_ text: String) -> DNSName? {
        var rest = text.hasSuffix(".") ? text.dropLast() : text[...]
        while rest.utf8.count > 253 {
            guard let dot = rest.firstIndex(of: ".") else { return nil }
            rest = rest[rest.index(after: dot)...]
        }
        return DNSName(String(rest))
    }
}

extension SPFMacroString.Macro {
    /// §7.3: split, reversed, the rightmost parts kept, joined with dots.
    func transformed(_ value: String) -> String {
        var parts = value.split(omittingEmptySubsequences: false) { delimiters.contains($0) }
        if reverses { parts.reverse() }
        if let kept { parts = parts.suffix(kept) }
        return parts.joined(separator: ".")
    }
}
