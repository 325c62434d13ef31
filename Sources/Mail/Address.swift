/// A mailbox address: local part and domain (RFC 5321 §4.1.2, RFC 6531 §3.3 for letters beyond ASCII).
///
/// The local part is kept as written. Hosted addresses are compared by `folded`, as local parts differing only in case
/// never name two mailboxes here.
package struct Address: Hashable, Sendable {
    /// Without quotes and backslashes; at most 64 octets of UTF-8, no control characters.
    package let localPart: String
    package let domain: DomainName

    package init(localPart: String, domain: DomainName) throws(MailSyntaxError) {
        guard !localPart.isEmpty else { throw MailSyntaxError("an address has nothing before its @") }
        guard localPart.utf8.count <= 64 else { throw MailSyntaxError("an address has more than 64 octets before its @") }
        guard localPart.unicodeScalars.allSatisfy({ $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) }) else {
            throw MailSyntaxError("an address holds a control character")
        }
        self.localPart = localPart
        self.domain = domain
    }

    /// Reads `local@domain` or `"quoted local"@domain`; no display name, no angle brackets, no address literal.
    package init(_ text: String) throws(MailSyntaxError) {
        // By scalars: a mark upon a letter that means something is one `Character` with it, and would hide it.
        let scalars = text.unicodeScalars
        guard let at = scalars.lastIndex(of: "@") else { throw MailSyntaxError("an address has no @") }
        let local = try Self.unquoted(scalars[..<at])
        try self.init(localPart: local, domain: DomainName(String(scalars[scalars.index(after: at)...])))
    }

    /// The same mailbox in the form that look-ups use: local part in lower case.
    package var folded: Address { Address(unchecked: localPart.lowercased(), domain) }

    /// The address before `separator` and what stands behind it: `ana+list@d` is `ana@d` with detail `list` (RFC 5233).
    /// Nil without a separator, or with nothing before it.
    package func splitDetail(separator: Unicode.Scalar = "+") -> (base: Address, detail: String)? {
        let scalars = localPart.unicodeScalars
        guard let cut = scalars.firstIndex(of: separator), cut > scalars.startIndex else { return nil }
        let detail = String(scalars[scalars.index(after: cut)...])
        return (Address(unchecked: String(scalars[..<cut]), domain), detail)
    }

    /// Whether SMTPUTF8 is needed to carry it (RFC 6531).
    package var needsSMTPUTF8: Bool { !localPart.utf8.allSatisfy { $0 < 0x80 } }

    private init(unchecked localPart: String, _ domain: DomainName) {
        self.localPart = localPart
        self.domain = domain
    }

    private static func unquoted(_ text: Substring.UnicodeScalarView) throws(MailSyntaxError) -> String {
        guard text.first == "\"" else {
            guard isDotString(text) else { throw MailSyntaxError("an address holds a character that needs quotes") }
            return String(text)
        }
        guard text.count >= 2, text.last == "\"" else { throw MailSyntaxError("a quoted local part does not end") }
        var result = String.UnicodeScalarView()
        var escaped = false
        for scalar in text.dropFirst().dropLast() {
            if scalar == "\\", !escaped {
                escaped = true
            } else if scalar == "\"", !escaped {
                throw MailSyntaxError("a quoted local part ends too early")
            } else {
                result.append(scalar)
                escaped = false
            }
        }
        guard !escaped else { throw MailSyntaxError("a quoted local part ends in a backslash") }
        return String(result)
    }

    /// `Dot-string`, RFC 5321 §4.1.2.
    private static func isDotString(_ text: some BidirectionalCollection<Unicode.Scalar>) -> Bool {
        guard !text.isEmpty, text.first != ".", text.last != "." else { return false }
        var previous: Unicode.Scalar = "x"
        for scalar in text {
            if scalar == ".", previous == "." { return false }
            if scalar.isASCII, scalar != ".", !isAtomText(scalar) { return false }
            previous = scalar
        }
        return true
    }

    /// `atext`, RFC 5322 §3.2.3.
    private static func isAtomText(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9": true
        case "!", "#", "$", "%", "&", "'", "*", "+", "-", "/", "=", "?", "^", "_", "`", "{", "|", "}", "~": true
        default: false
        }
    }
}

extension Address: Comparable, CustomStringConvertible, Codable {
    package static func < (left: Address, right: Address) -> Bool {
        (left.domain, left.localPart) < (right.domain, right.localPart)
    }

    /// As it stands between angle brackets in SMTP; quoted where it must be.
    package var description: String {
        if Self.isDotString(localPart.unicodeScalars) { return "\(localPart)@\(domain)" }
        var quoted = String.UnicodeScalarView()
        for scalar in localPart.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { quoted.append("\\") }
            quoted.append(scalar)
        }
        return "\"\(String(quoted))\"@\(domain)"
    }

    package init(from decoder: any Decoder) throws { try self.init(decoder.singleValueContainer().decode(String.self)) }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
