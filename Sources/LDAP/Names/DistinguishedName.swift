internal import CLDAP

/// The string form of an entry's name (RFC 4514), as the directory gave it.
package struct DistinguishedName: RawRepresentable, Hashable, Sendable {
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }

    /// One text for all spellings of a name: types and values in lower case, single spaces, escapes as few as can be.
    ///
    /// Values are taken as caseIgnoreMatch, which holds for what names entries in practice. Nil where the text is no
    /// distinguished name.
    package var normalized: String? {
        if let plain = Self.plain(rawValue) { return plain }
        guard !rawValue.isEmpty, !rawValue.utf8.contains(0) else { return nil }
        var parsed: LDAPDN?
        guard unsafe ldap_str2dn(rawValue, &parsed, UInt32(LDAP_DN_FORMAT_LDAPV3)) == LDAP_SUCCESS, let names = unsafe parsed
        else { return nil }
        defer { unsafe ldap_dnfree(names) }
        var parts: [String] = []
        var index = 0
        while let name = unsafe names[index] {
            unsafe parts.append(Self.text(name))
            index += 1
        }
        return parts.joined(separator: ",")
    }

    /// The same for names of letters, digits and what needs no escape, as most are: they are spelled in one way but for the case.
    /// Nil where it takes more than that.
    private static func plain(_ text: String) -> String? {
        var isType = true
        var previous = UInt8(ascii: ",")
        for octet in text.utf8 {
            switch octet {
            case 0x61...0x7a, 0x41...0x5a: break
            case 0x30...0x39, UInt8(ascii: "-"): guard !isType || previous != UInt8(ascii: ",") else { return nil }
            case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "@"): guard !isType else { return nil }
            case UInt8(ascii: " "):
                guard !isType, previous != UInt8(ascii: "="), previous != octet else { return nil }
            case UInt8(ascii: "="):
                guard isType, previous != UInt8(ascii: ",") else { return nil }
                isType = false
            case UInt8(ascii: ","):
                guard !isType, previous != UInt8(ascii: "="), previous != UInt8(ascii: " ") else { return nil }
                isType = true
            default: return nil
            }
            previous = octet
        }
        guard !isType, previous != UInt8(ascii: "="), previous != UInt8(ascii: " ") else { return nil }
        return text.lowercased()
    }

    private static func text(_ name: LDAPRDN) -> String {
        var parts: [String] = []
        var index = 0
        while let assertion = unsafe name[index] {
            let type = unsafe String(decoding: octets(assertion.pointee.la_attr), as: UTF8.self).lowercased()
            let value = unsafe String(decoding: octets(assertion.pointee.la_value), as: UTF8.self).lowercased()
            let words = value.split(separator: " ").joined(separator: " ")
            parts.append("\(type)=\(escaped(words))")
            index += 1
        }
        return parts.sorted().joined(separator: "+")
    }

    /// A value as it stands in a name (RFC 4514 §2.4).
    package static func escaped(_ value: String) -> String {
        var text = ""
        let scalars = value.unicodeScalars
        for (index, scalar) in scalars.enumerated() {
            let isEnd = index == 0 || index == scalars.count - 1
            switch scalar {
            case "\"", "+", ",", ";", "<", ">", "\\", "=": text += "\\" + String(scalar)
            case "#" where index == 0, " " where isEnd: text += "\\" + String(scalar)
            case _ where scalar.value < 0x20 || scalar.value == 0x7f:
                let digits = String(scalar.value, radix: 16)
                text += "\\" + (digits.count == 1 ? "0" : "") + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
