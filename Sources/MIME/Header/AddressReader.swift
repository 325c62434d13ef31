internal import Wire

/// The grammar of `address-list`, RFC 5322 §3.4, read so that every octet sequence is a list.
struct AddressReader {
    /// A word of a phrase or of a local part.
    private struct Word {
        var octets: [UInt8]
        /// Whether white space or a comment stands before it.
        let isApart: Bool
        let isQuoted: Bool
    }

    private static let specials = ByteClass("()<>,;:\"@ \t")
    private static let domainStops = ByteClass("()<>,;:\" \t")
    private static let routeStops = ByteClass(":<>")
    /// Octets of a source route.
    private static let routeLimit = 1_000
    private static let angleStops = ByteClass("<>\"@")

    private var reader: FieldReader
    private var entries: [AddressList.Entry] = []
    private var words: [Word] = []
    private var comment: [UInt8]?
    private var isInGroup = false

    init(_ octets: [UInt8]) { reader = FieldReader(octets) }

    mutating func list(limit: Int) -> [AddressList.Entry] {
        while entries.count < limit {
            let start = reader.index
            if let text = reader.skipComments() { comment = text }
            guard let octet = reader.next else { break }
            switch octet {
            case UInt8(ascii: ","): separator()
            case UInt8(ascii: ";"): endGroup()
            case UInt8(ascii: ":"): startGroup()
            case UInt8(ascii: "<"): angleAddress()
            case UInt8(ascii: "@"): plainAddress()
            case .quote: words.append(Word(octets: reader.quotedString(), isApart: reader.index > start, isQuoted: true))
            case UInt8(ascii: ">"), UInt8(ascii: ")"): reader.index += 1
            default: word(isApart: reader.index > start)
            }
        }
        flushWords()
        if isInGroup { entries.append(.groupEnd) }
        return entries
    }

    private mutating func word(isApart: Bool) {
        let octets = reader.run(until: Self.specials)
        words.append(Word(octets: Array(octets), isApart: isApart, isQuoted: false))
    }

    private mutating func separator() {
        reader.index += 1
        flushWords()
    }

    private mutating func startGroup() {
        reader.index += 1
        guard !isInGroup, !words.isEmpty else { return }
        entries.append(.groupStart(name: phrase(words)))
        words = []
        comment = nil
        isInGroup = true
    }

    private mutating func endGroup() {
        reader.index += 1
        flushWords()
        guard isInGroup else { return }
        entries.append(.groupEnd)
        isInGroup = false
    }

    /// Words without an address: a local part alone, as local mail has it.
    private mutating func flushWords() {
        defer { reset() }
        guard !words.isEmpty else { return }
        let local = phrase(words)
        guard !local.isEmpty else { return }
        entries.append(.mailbox(HeaderMailbox(name: comment, route: nil, localPart: local, domain: [])))
    }

    private mutating func reset() {
        words = []
        comment = nil
    }

    /// `local@domain`, the local part read already. Where a `<` follows, it was a name (`a@b <a@b>`).
    private mutating func plainAddress() {
        reader.index += 1
        let localStart = firstWordOfLocalPart()
        let local = words[localStart...].flatMap(\.octets)
        let name = phrase(Array(words[..<localStart]))
        let domain = domain()
        if let text = reader.skipComments() { comment = text }
        if reader.next == UInt8(ascii: "<") {
            words.append(Word(octets: [UInt8(ascii: "@")] + domain, isApart: false, isQuoted: false))
            return angleAddress()
        }
        let display = name.isEmpty ? comment : name
        reset()
        guard !(local.isEmpty && domain.isEmpty) else { return }
        entries.append(.mailbox(HeaderMailbox(name: display, route: nil, localPart: local, domain: domain)))
    }

    /// `John Doe john@d`: the words before the last one that is apart are a name; `john . doe@d` is one local part.
    private func firstWordOfLocalPart() -> Int {
        var index = words.count - 1
        guard index > 0 else { return 0 }
        while index > 0 {
            let touches = !words[index].isApart
            let isDotted = words[index].octets.first == UInt8(ascii: ".") || words[index - 1].octets.last == UInt8(ascii: ".")
            guard touches || isDotted else { break }
            index -= 1
        }
        return index
    }

    private mutating func domain() -> [UInt8] {
        var domain: [UInt8] = []
        reader.skipComments()
        if reader.next == UInt8(ascii: "[") { return literal() }
        while true {
            let part = reader.run(until: Self.domainStops)
            domain += part
            // `example . com`, RFC 5322 §4.4
            var ahead = reader
            ahead.skipComments()
            guard ahead.next == UInt8(ascii: ".") || (domain.last == UInt8(ascii: ".") && !part.isEmpty) else { break }
            guard ahead.index > reader.index else { break }
            if let text = reader.skipComments() { comment = text }
        }
        while domain.last == UInt8(ascii: ".") { domain.removeLast() }
        return domain
    }

    private mutating func literal() -> [UInt8] {
        let start = reader.index
        while let octet = reader.next, octet != UInt8(ascii: "]"), octet != UInt8(ascii: ",") { reader.index += 1 }
        _ = reader.skip(UInt8(ascii: "]"))
        return Array(reader.octets[start..<reader.index])
    }

    /// `angle-addr`; without its `>` it goes to the end of the address.
    private mutating func angleAddress() {
        while reader.skip(UInt8(ascii: "<")) {}
        var name: [UInt8]? = words.isEmpty ? nil : phrase(words)
        let route = route()
        let (local, domain) = angleContent()
        if let text = reader.skipComments() { comment = text }
        if name == nil || name?.isEmpty == true { name = comment?.isEmpty == false ? comment : nil }
        reset()
        guard !(local.isEmpty && domain.isEmpty && name == nil) else { return }
        entries.append(.mailbox(HeaderMailbox(name: name, route: route, localPart: local, domain: domain)))
    }

    /// `obs-route`, RFC 5322 §4.4; nil and nothing taken where there is none.
    private mutating func route() -> [UInt8]? {
        reader.skipComments()
        guard reader.next == UInt8(ascii: "@") else { return nil }
        var ahead = reader.index
        let last = min(reader.octets.count, reader.index + Self.routeLimit)
        while ahead < last, !Self.routeStops.contains(reader.octets[ahead]) { ahead += 1 }
        guard ahead < last, reader.octets[ahead] == UInt8(ascii: ":") else { return nil }
        let route = reader.octets[reader.index..<ahead].filter { !$0.isWhiteSpace }
        reader.index = ahead + 1
        return Array(route)
    }

    /// Up to `>`: what stands before the last `@`, and behind it.
    private mutating func angleContent() -> (local: [UInt8], domain: [UInt8]) {
        var local: [UInt8] = []
        var tail: [UInt8]?
        while true {
            reader.skipComments()
            guard let octet = reader.next, octet != UInt8(ascii: ",") || tail == nil else { break }
            if octet == UInt8(ascii: ">") {
                reader.index += 1
                break
            }
            if octet == UInt8(ascii: "@") {
                if let before = tail { local += [octet] + before }
                tail = []
                reader.index += 1
                continue
            }
            let text = octet == .quote ? reader.quotedString() : angleWord()
            if tail == nil { local += text } else { tail? += text }
        }
        return (local, tail ?? [])
    }

    private mutating func angleWord() -> [UInt8] {
        let start = reader.index
        reader.index += 1
        while let octet = reader.next, !Self.angleStops.contains(octet), !octet.isWhiteSpace, octet != UInt8(ascii: "("),
            octet != UInt8(ascii: ",")
        {
            reader.index += 1
        }
        return Array(reader.octets[start..<reader.index])
    }

    /// Words with single spaces where white space stood.
    private func phrase(_ words: [Word]) -> [UInt8] {
        var result: [UInt8] = []
        for word in words {
            if word.isApart, !result.isEmpty { result.append(.space) }
            result += word.octets
        }
        return result
    }
}
