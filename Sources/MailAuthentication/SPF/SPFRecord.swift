package import DNS

/// An SPF record, parsed as a whole: an error anywhere in it makes all of it an error (RFC 7208 §4.6).
package struct SPFRecord: Hashable, Sendable {
    package var directives: [Directive]
    package var redirect: SPFMacroString?
    package var explanation: SPFMacroString?

    package struct Directive: Hashable, Sendable {
        package var qualifier: Qualifier
        package var mechanism: Mechanism
        /// As written.
        package var text: String
    }

    /// §4.6.2
    package enum Qualifier: Character, Hashable, Sendable {
        case pass = "+"
        case fail = "-"
        case softfail = "~"
        case neutral = "?"
    }

    /// §5
    package enum Mechanism: Hashable, Sendable {
        case all
        case include(SPFMacroString)
        case a(SPFMacroString?, SPFPrefixes)
        case mx(SPFMacroString?, SPFPrefixes)
        case ptr(SPFMacroString?)
        case network(IPAddress, length: Int)
        case exists(SPFMacroString)
    }

    /// Whether a TXT record is an SPF record of version 1 (§4.5).
    package static func isRecord(_ text: String) -> Bool {
        let lower = text.lowercased()
        return lower == "v=spf1" || lower.hasPrefix("v=spf1 ")
    }

    /// Octets of a record that are read; longer ones are errors, as no answer could carry many of them.
    package static let longest = 4_096

    package init(_ text: String) throws(SPFSyntaxError) {
        guard Self.isRecord(text) else { throw SPFSyntaxError("it does not begin with v=spf1") }
        guard text.utf8.count <= Self.longest else { throw SPFSyntaxError("it has more than \(Self.longest) octets") }
        guard text.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) else {
            throw SPFSyntaxError("it holds a character that is not printable ASCII")
        }
        directives = []
        for term in text.split(separator: " ").dropFirst() { try add(term) }
    }

    private mutating func add(_ term: Substring) throws(SPFSyntaxError) {
        guard let (name, value) = Self.modifier(term) else {
            var reader = SPFTermReader(term)
            directives.append(try reader.directive())
            return
        }
        let macros = try SPFMacroString(value)
        switch name.lowercased() {
        case "redirect":
            guard redirect == nil else { throw SPFSyntaxError("it has redirect= twice") }
            guard macros.isDomainSpec else { throw SPFSyntaxError("\"\(term)\" names no domain") }
            redirect = macros
        case "exp":
            guard explanation == nil else { throw SPFSyntaxError("it has exp= twice") }
            guard macros.isDomainSpec else { throw SPFSyntaxError("\"\(term)\" names no domain") }
            explanation = macros
        default: break  // §6: unknown modifiers are passed over
        }
    }

    /// `name = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." )`, then `=`.
    private static func modifier(_ term: Substring) -> (Substring, Substring)? {
        guard let equals = term.firstIndex(of: "=") else { return nil }
        let name = term[..<equals]
        guard let first = name.first, first.isASCII, first.isLetter,
            name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) })
        else { return nil }
        return (name, term[term.index(after: equals)...])
    }
}

/// `dual-cidr-length` (§5.3): how many bits of an address count.
package struct SPFPrefixes: Hashable, Sendable {
    package var four = 32
    package var six = 128

    func length(for address: IPAddress) -> Int { address.isIPv6 ? six : four }
}

/// Reads one directive.
private struct SPFTermReader {
    private let term: Substring
    private var rest: Substring

    init(_ term: Substring) {
        self.term = term
        rest = term
    }

    private var failure: SPFSyntaxError { SPFSyntaxError("\"\(term)\" is no mechanism") }

    mutating func directive() throws(SPFSyntaxError) -> SPFRecord.Directive {
        var qualifier = SPFRecord.Qualifier.pass
        if let first = rest.first, let found = SPFRecord.Qualifier(rawValue: first) {
            qualifier = found
            rest.removeFirst()
        }
        let end = rest.firstIndex { $0 == ":" || $0 == "/" } ?? rest.endIndex
        let name = rest[..<end].lowercased()
        rest = rest[end...]
        return SPFRecord.Directive(qualifier: qualifier, mechanism: try mechanism(name), text: String(term))
    }

    private mutating func mechanism(_ name: String) throws(SPFSyntaxError) -> SPFRecord.Mechanism {
        switch name {
        case "all":
            guard rest.isEmpty else { throw failure }
            return .all
        case "include", "exists":
            guard let domain = try domainSpec(), rest.isEmpty else { throw failure }
            return name == "include" ? .include(domain) : .exists(domain)
        case "a", "mx":
            let domain = try domainSpec(beforePrefix: true)
            let prefixes = try self.prefixes()
            return name == "a" ? .a(domain, prefixes) : .mx(domain, prefixes)
        case "ptr":
            let domain = try domainSpec()
            guard rest.isEmpty else { throw failure }
            return .ptr(domain)
        case "ip4", "ip6": return try network(isIPv6: name == "ip6")
        default: throw SPFSyntaxError("\"\(term)\" is an unknown mechanism")
        }
    }

    /// What stands behind the colon; nil without one.
    private mutating func domainSpec(beforePrefix: Bool = false) throws(SPFSyntaxError) -> SPFMacroString? {
        guard rest.first == ":" else { return nil }
        rest.removeFirst()
        var end = rest.endIndex
        if beforePrefix { end = prefixStart }
        let text = rest[..<end]
        rest = rest[end...]
        let macros = try SPFMacroString(text)
        guard macros.isDomainSpec else { throw SPFSyntaxError("\"\(term)\" names no domain") }
        return macros
    }

    /// A slash may be a macro's delimiter: only one outside of braces begins a prefix.
    private var prefixStart: Substring.Index {
        var depth = 0
        for index in rest.indices {
            switch rest[index] {
            case "{": depth += 1
            case "}": depth -= 1
            case "/" where depth == 0: return index
            default: break
            }
        }
        return rest.endIndex
    }

    /// `["/" ip4-cidr-length] ["//" ip6-cidr-length]`
    private mutating func prefixes() throws(SPFSyntaxError) -> SPFPrefixes {
        var prefixes = SPFPrefixes()
        if rest.hasPrefix("/"), !rest.hasPrefix("//") {
            rest.removeFirst()
            prefixes.four = try length(most: 32)
        }
        if rest.hasPrefix("//") {
            rest.removeFirst(2)
            prefixes.six = try length(most: 128)
        }
        guard rest.isEmpty else { throw failure }
        return prefixes
    }

    /// A number without leading zeros.
    private mutating func length(most: Int) throws(SPFSyntaxError) -> Int {
        let digits = rest.prefix { ("0"..."9").contains($0) }
        rest = rest[digits.endIndex...]
        guard (1...3).contains(digits.count), digits == "0" || digits.first != "0", let number = Int(digits), number <= most
        else {
            throw SPFSyntaxError("\"\(term)\" has a wrong prefix length")
        }
        return number
    }

    private mutating func network(isIPv6: Bool) throws(SPFSyntaxError) -> SPFRecord.Mechanism {
        guard rest.first == ":" else { throw failure }
        rest.removeFirst()
        let end = rest.firstIndex(of: "/") ?? rest.endIndex
        let text = String(rest[..<end])
        rest = rest[end...]
        guard text.contains(":") == isIPv6, let address = IPAddress(text) else {
            throw SPFSyntaxError("\"\(term)\" holds no IP\(isIPv6 ? "v6" : "v4") address")
        }
        var length = isIPv6 ? 128 : 32
        if rest.first == "/" {
            rest.removeFirst()
            length = try self.length(most: length)
        }
        guard rest.isEmpty else { throw failure }
        // §5: an IPv4 address in IPv6 clothes is an IPv4 address, whose network counts from bit 96 on.
        return .network(address, length: isIPv6 && !address.isIPv6 ? max(0, length - 96) : length)
    }
}
