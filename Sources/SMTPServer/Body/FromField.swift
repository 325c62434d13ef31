internal import Mail
internal import NIOCore
internal import Wire

/// The addresses in a From field, RFC 5322 §3.4: `mailbox-list`, and groups as RFC 6854 §2.1 allows them.
struct FromField: Sendable {
    /// How deep comments nest.
    private static let deepest = 20
    private static let special = ByteClass("()<>[]:;@\\,\"")

    private enum Token: Hashable {
        case word(String)
        case special(UInt8)
    }

    private var octets: ArraySlice<UInt8>

    /// Nil where the field cannot be read for certain: then nobody knows whom it names.
    static func addresses(in body: ByteBuffer) -> [Address]? {
        var field = FromField(octets: Array(body.readableBytesView)[...])
        guard let tokens = field.tokens() else { return nil }
        return addresses(tokens)
    }

    // MARK: Addresses

    private static func addresses(_ tokens: [Token]) -> [Address]? {
        var found: [Address] = []
        var inGroup = false
        var item: [Token] = []
        for token in tokens + [.special(UInt8(ascii: ","))] {
            switch token {
            case .special(UInt8(ascii: ":")) where !inGroup && !item.contains(.special(UInt8(ascii: "<"))):
                inGroup = true
                item = []
            case .special(UInt8(ascii: ";")) where inGroup, .special(UInt8(ascii: ",")):
                if token == .special(UInt8(ascii: ";")) { inGroup = false }
                guard !item.isEmpty else { continue }
                guard let address = address(item) else { return nil }
                found.append(address)
                item = []
            default: item.append(token)
            }
        }
        return inGroup ? nil : found
    }

    /// `mailbox`: the address in angle brackets, or nothing but the address.
    private static func address(_ item: [Token]) -> Address? {
        guard let open = item.firstIndex(of: .special(UInt8(ascii: "<"))) else { return specification(item[...]) }
        guard item.last == .special(UInt8(ascii: ">")), item[..<open].allSatisfy(isWord) else { return nil }
        return specification(item[(open + 1)..<(item.count - 1)])
    }

    /// `addr-spec`.
    private static func specification(_ tokens: ArraySlice<Token>) -> Address? {
        guard tokens.count == 3, let first = tokens.first, let last = tokens.last,
            tokens[tokens.startIndex + 1] == .special(UInt8(ascii: "@")), case .word(let local) = first,
            case .word(let domain) = last
        else { return nil }
        guard let name = try? DomainName(domain) else { return nil }
        return try? Address(localPart: local, domain: name)
    }

    private static func isWord(_ token: Token) -> Bool {
        if case .word = token { true } else { false }
    }

    // MARK: Tokens

    private mutating func tokens() -> [Token]? {
        var tokens: [Token] = []
        while let octet = octets.first {
            if octet <= .space {
                octets.removeFirst()
            } else if octet == UInt8(ascii: "(") {
                guard skipComment() else { return nil }
            } else if octet == .quote {
                guard let word = quoted() else { return nil }
                tokens.append(.word(word))
            } else if Self.special.contains(octet) {
                guard ![UInt8(ascii: ")"), UInt8(ascii: "["), UInt8(ascii: "]"), .backslash].contains(octet) else { return nil }
                octets.removeFirst()
                tokens.append(.special(octet))
            } else {
                let word = octets.prefix { $0 > .space && !Self.special.contains($0) }
                octets = octets.dropFirst(word.count)
                guard let text = String(validating: word, as: UTF8.self) else { return nil }
                tokens.append(.word(text))
            }
        }
        return tokens
    }

    private mutating func skipComment() -> Bool {
        var depth = 0
        while let octet = octets.popFirst() {
            switch octet {
            case UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ")"): depth -= 1
            case .backslash: _ = octets.popFirst()
            default: break
            }
            if depth == 0 { return true }
            guard depth <= Self.deepest else { return false }
        }
        return false
    }

    private mutating func quoted() -> String? {
        octets.removeFirst()
        var content: [UInt8] = []
        while let octet = octets.popFirst() {
            switch octet {
            case .quote: return String(validating: content, as: UTF8.self)
            case .backslash: if let next = octets.popFirst() { content.append(next) }
            case .carriageReturn, .lineFeed: break
            default: content.append(octet)
            }
        }
        return nil
    }
}
