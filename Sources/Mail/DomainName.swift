internal import CIDN

/// A domain name as mail uses it: A-labels in lower case, no trailing dot (RFC 5890 §2.3, RFC 1034 §3.5).
///
/// Two names that DNS would take for the same compare equal. Address literals (`[192.0.2.1]`) are not domain names.
package struct DomainName: Hashable, Sendable {
    /// Lower-case A-labels, at most 253 octets.
    package let ascii: String

    /// Reads a name in A-labels or U-labels; IDNA 2008 with the mapping of UTS #46, non-transitional.
    ///
    /// - Throws: `MailSyntaxError` naming what is wrong with it.
    package init(_ text: String) throws(MailSyntaxError) {
        let plain = text.hasSuffix(".") ? String(text.dropLast()) : text
        guard !plain.isEmpty else { throw MailSyntaxError("a domain name is empty") }
        let name = plain.utf8.allSatisfy { $0 < 0x80 } ? plain.lowercased() : try Self.aLabels(of: plain)
        guard name.utf8.count <= 253 else { throw MailSyntaxError("a domain name has more than 253 octets") }
        for label in name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
            guard !label.isEmpty else { throw MailSyntaxError("a domain name has an empty label") }
            guard label.count <= 63 else { throw MailSyntaxError("a label of a domain name has more than 63 octets") }
            guard label.allSatisfy(Self.isLetterDigitHyphen), label.first != 0x2d, label.last != 0x2d else {
                throw MailSyntaxError("a label of a domain name holds something else than letters, digits and inner hyphens")
            }
        }
        ascii = name
    }

    /// The name as people read it: in U-labels, unless these would stand for another name, as where what begins with `xn--` is no
    /// A-label (RFC 5891 §5.4).
    package var unicode: String {
        guard ascii.contains("xn--") else { return ascii }
        var output: UnsafeMutablePointer<CChar>?
        guard unsafe idn2_to_unicode_8z8z(ascii, &output, 0) == IDN2_OK.rawValue, let text = unsafe output else { return ascii }
        defer { unsafe idn2_free(text) }
        let name = unsafe String(cString: text)
        return (try? Self.aLabels(of: name)) == ascii ? name : ascii
    }

    private static func aLabels(of text: String) throws(MailSyntaxError) -> String {
        var output: UnsafeMutablePointer<CChar>?
        let flags = CInt(bitPattern: IDN2_NFC_INPUT.rawValue | IDN2_NONTRANSITIONAL.rawValue)
        guard unsafe idn2_to_ascii_8z(text, &output, flags) == IDN2_OK.rawValue, let name = unsafe output else {
            throw MailSyntaxError("a domain name is not a valid internationalized name")
        }
        defer { unsafe idn2_free(name) }
        return unsafe String(cString: name).lowercased()
    }

    private static func isLetterDigitHyphen(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x30...0x39, 0x61...0x7a, 0x2d: true
        default: false
        }
    }
}

extension DomainName: Comparable, CustomStringConvertible, Codable {
    package static func < (left: DomainName, right: DomainName) -> Bool { left.ascii < right.ascii }

    package var description: String { ascii }

    package init(from decoder: any Decoder) throws { try self.init(decoder.singleValueContainer().decode(String.self)) }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(ascii)
    }
}
