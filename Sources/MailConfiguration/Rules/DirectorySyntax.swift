/// The texts of LDAP, as far as a file can be judged without a server.
enum DirectorySyntax {
    /// How deep filters nest.
    static let filterDepth = 20

    /// RFC 4512 §1.4: a descriptor or a numeric OID, with options behind semicolons.
    static func isAttribute(_ text: some StringProtocol) -> Bool {
        let parts = text.split(separator: ";", omittingEmptySubsequences: false)
        guard text.utf8.count <= 128, let name = parts.first, let first = name.utf8.first else { return false }
        let isLetter = { (octet: UInt8) in (0x41...0x5a).contains(octet & 0xdf) }
        let isDigit = { (octet: UInt8) in (0x30...0x39).contains(octet) }
        let isRight =
            isLetter(first)
            ? name.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == 0x2d }
            : isDigit(first) && name.utf8.allSatisfy { isDigit($0) || $0 == 0x2e }
        return isRight
            && parts.dropFirst().allSatisfy { option in
                !option.isEmpty && option.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == 0x2d || $0 == 0x3d }
            }
    }

    /// RFC 4514 §3, without the forms of single values.
    static func isDistinguishedName(_ text: String) -> Bool {
        guard (1...1024).contains(text.utf8.count), !text.utf8.contains(where: { $0 < 0x20 }) else { return false }
        return components(text).allSatisfy { component in
            guard let equals = component.firstIndex(of: "=") else { return false }
            let name = component[..<equals].drop { $0 == " " }
            return isAttribute(name.prefix { $0 != " " })
        }
    }

    /// Parted at commas and plus signs that stand for themselves.
    private static func components(_ text: String) -> [String] {
        var parts = [""]
        var isEscaped = false
        for character in text {
            if !isEscaped, character == "," || character == "+" {
                parts.append("")
            } else {
                parts[parts.count - 1].append(character)
            }
            isEscaped = !isEscaped && character == "\\"
        }
        return parts
    }

    /// What is wrong with a filter (RFC 4515 §3); nil where nothing is.
    static func fault(inFilter text: String) -> String? {
        guard text.utf8.count <= 4096 else { return "has more than 4096 octets" }
        guard text.utf8.allSatisfy({ $0 >= 0x20 }) else { return "holds a control character" }
        var rest = Array(text.utf8)[...]
        if let fault = filter(&rest, depth: 0) { return fault }
        return rest.isEmpty ? nil : "goes on behind its last parenthesis"
    }

    private static func filter(_ rest: inout ArraySlice<UInt8>, depth: Int) -> String? {
        guard depth < filterDepth else { return "is nested too deeply" }
        guard rest.popFirst() == UInt8(ascii: "(") else { return "lacks an opening parenthesis" }
        switch rest.first {
        case UInt8(ascii: "&"), UInt8(ascii: "|"):
            rest.removeFirst()
            repeat { if let fault = filter(&rest, depth: depth + 1) { return fault } } while rest.first == UInt8(ascii: "(")
        case UInt8(ascii: "!"):
            rest.removeFirst()
            if let fault = filter(&rest, depth: depth + 1) { return fault }
        default:
            if let fault = item(&rest) { return fault }
        }
        return rest.popFirst() == UInt8(ascii: ")") ? nil : "lacks a closing parenthesis"
    }

    private static func item(_ rest: inout ArraySlice<UInt8>) -> String? {
        let octets = rest.prefix { $0 != UInt8(ascii: "(") && $0 != UInt8(ascii: ")") }
        rest = rest.dropFirst(octets.count)
        let text = String(decoding: octets, as: UTF8.self)
        guard let equals = text.firstIndex(of: "=") else { return "has a part without =" }
        var name = text[..<equals]
        if let last = name.last, "~<>:".contains(last) { name = name.dropLast() }
        let attribute = name.prefix { $0 != ":" }
        guard attribute.isEmpty ? name.hasPrefix(":") : isAttribute(attribute) else { return "has a part without an attribute" }
        return escapes(text[text.index(after: equals)...])
    }

    private static func escapes(_ value: Substring) -> String? {
        var octets = Array(value.utf8)[...]
        while let octet = octets.popFirst() {
            guard octet == UInt8(ascii: "\\") else { continue }
            let digits = octets.prefix(2)
            guard digits.count == 2, digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }) else {
                return "has a backslash without two hexadecimal digits"
            }
            octets = octets.dropFirst(2)
        }
        return nil
    }
}
