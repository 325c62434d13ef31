package import Mail
package import NIOCore
internal import Wire

/// `search-key`, RFC 9051 §9, with NEW, OLD and RECENT of RFC 3501. Strings are in the search's charset.
package indirect enum SearchKey: Hashable, Sendable {
    case all
    case flag(SystemFlags)
    case tag(Tag)
    case recent
    case header(field: ByteBuffer, ByteBuffer)
    case bcc(ByteBuffer), cc(ByteBuffer), from(ByteBuffer), to(ByteBuffer), subject(ByteBuffer)
    case body(ByteBuffer), text(ByteBuffer)
    case before(CivilDate), on(CivilDate), since(CivilDate)
    case sentBefore(CivilDate), sentOn(CivilDate), sentSince(CivilDate)
    case larger(Int), smaller(Int)
    /// Seconds, RFC 5032.
    case older(Int), younger(Int)
    case uid(SequenceSet), sequence(SequenceSet)
    /// RFC 7162 §3.1.5.
    case modSequence(UInt64)
    case not(SearchKey)
    case either(SearchKey, SearchKey)
    case both([SearchKey])
}

extension SearchKey {
    /// Keys without arguments.
    static let table: [Keyword: SearchKey] = [
        "ALL": .all, "ANSWERED": .flag(.answered), "DELETED": .flag(.deleted), "DRAFT": .flag(.draft), "FLAGGED": .flag(.flagged),
        "SEEN": .flag(.seen), "UNANSWERED": .not(.flag(.answered)), "UNDELETED": .not(.flag(.deleted)),
        "UNDRAFT": .not(.flag(.draft)), "UNFLAGGED": .not(.flag(.flagged)), "UNSEEN": .not(.flag(.seen)), "RECENT": .recent,
        "OLD": .not(.recent), "NEW": .both([.recent, .not(.flag(.seen))]),
    ]
}

extension CommandReader {
    /// `search-key`, RFC 9051 §9: at most `limits.nestingDepth` deep, and `limits.items` keys in all.
    mutating func searchKey(depth: Int, count: inout Int) throws(SyntaxError) -> SearchKey {
        guard depth < limits.nestingDepth else { throw failure(.shallowerNesting) }
        guard count < limits.items else { throw failure(.fewerItems) }
        count += 1
        let start = self
        if take(UInt8(ascii: "(")) {
            var keys = [try searchKey(depth: depth + 1, count: &count)]
            while take(.space) { keys.append(try searchKey(depth: depth + 1, count: &count)) }
            try take(UInt8(ascii: ")"), or: .listEnd)
            return .both(keys)
        }
        if let octet = next, octet.decimalValue != nil || octet == UInt8(ascii: "*") { return .sequence(try sequenceSet()) }
        guard let word = word() else { throw failure(.searchKey) }
        if let key = SearchKey.table[word] { return key }
        guard take(.space) else { throw isArgument(word) ? failure(.space) : start.failure(.searchKey) }
        switch word {
        case "NOT": return .not(try searchKey(depth: depth + 1, count: &count))
        case "OR":
            let first = try searchKey(depth: depth + 1, count: &count)
            try space()
            return .either(first, try searchKey(depth: depth + 1, count: &count))
        default: return try searchKey(named: word, start: start)
        }
    }

    private func isArgument(_ word: Keyword) -> Bool { Self.wordsWithArgument.contains(word) }

    private static let wordsWithArgument: Set<Keyword> = [
        "NOT", "OR", "BCC", "BODY", "CC", "FROM", "SUBJECT", "TEXT", "TO", "HEADER", "BEFORE", "ON", "SINCE", "SENTBEFORE",
        "SENTON",
        "SENTSINCE", "LARGER", "SMALLER", "OLDER", "YOUNGER", "KEYWORD", "UNKEYWORD", "UID", "MODSEQ",
    ]

    /// The argument of a key that has just one.
    private mutating func searchKey(named word: Keyword, start: CommandReader) throws(SyntaxError) -> SearchKey {
        switch word {
        case "BCC": .bcc(try astring())
        case "BODY": .body(try astring())
        case "CC": .cc(try astring())
        case "FROM": .from(try astring())
        case "SUBJECT": .subject(try astring())
        case "TEXT": .text(try astring())
        case "TO": .to(try astring())
        case "HEADER": try headerKey()
        case "BEFORE": .before(try date())
        case "ON": .on(try date())
        case "SINCE": .since(try date())
        case "SENTBEFORE": .sentBefore(try date())
        case "SENTON": .sentOn(try date())
        case "SENTSINCE": .sentSince(try date())
        case "LARGER": .larger(try size())
        case "SMALLER": .smaller(try size())
        case "OLDER": .older(Int(try nonzeroNumber()))
        case "YOUNGER": .younger(Int(try nonzeroNumber()))
        case "KEYWORD": try keywordKey()
        case "UNKEYWORD": .not(try keywordKey())
        case "UID": .uid(try sequenceSet())
        case "MODSEQ": try modSequenceKey()
        default: throw start.failure(.searchKey)
        }
    }

    private mutating func size() throws(SyntaxError) -> Int {
        let start = self
        guard let size = Int(exactly: try number64()) else { throw start.failure(.number) }
        return size
    }

    private mutating func headerKey() throws(SyntaxError) -> SearchKey {
        let field = try astring()
        try space()
        return .header(field: field, try astring())
    }

    private mutating func keywordKey() throws(SyntaxError) -> SearchKey {
        let list = try flagKeyword()
        return list.tags.first.map(SearchKey.tag) ?? .flag(list.system)
    }

    /// `"MODSEQ" [search-modseq-ext] SP mod-sequence-valzer`, RFC 7162 §7; the entry's name and type change nothing here.
    private mutating func modSequenceKey() throws(SyntaxError) -> SearchKey {
        if next == .quote {
            _ = try string()
            try space()
            _ = try atom()
            try space()
        }
        return .modSequence(try number64())
    }
}
