internal import MIME
internal import Mail
internal import NIOCore
internal import SQL

/// Makes a `MessageQuery` a condition on messages `m` and summaries `s`. What only the index or the files can answer is asked
/// first, and the answers are remembered in the table of hits.
struct QueryCompiler {
    let mailbox: Mailbox
    let folder: FolderID
    private(set) var values: [SQLValue]
    private var questions: Int64 = 0

    /// Ranges of UIDs that are written out; beyond, they are remembered as hits.
    private static let inlineRanges = 100

    /// Header fields that the index knows, and their columns.
    static let columns = [
        "from": "from_list", "to": "to_list", "cc": "cc_list", "bcc": "bcc_list", "subject": "subject",
        "message-id": "message_id",
    ]

    init(mailbox: Mailbox, folder: FolderID) {
        self.mailbox = mailbox
        self.folder = folder
        values = [mailbox.me, .integer(folder.value)]
    }

    mutating func condition(_ query: MessageQuery) throws -> String {
        switch query {
        case .all: return "1 = 1"
        case .and(let parts): return try joined(parts, " AND ", empty: "1 = 1")
        case .or(let parts): return try joined(parts, " OR ", empty: "1 = 0")
        case .not(let part): return "NOT (\(try condition(part)))"
        case .flags(let flags): return flagsCondition(flags)
        case .tag(let tag):
            return """
                EXISTS (SELECT 1 FROM message_tags t WHERE t.account = m.account AND t.folder = m.folder
                    AND t.tag = \(parameter(.text(tag.name))) AND t.uid = m.uid)
                """
        case .uids(let uids): return try uidsCondition(uids)
        case .larger(let size): return "m.size > \(size)"
        case .smaller(let size): return "m.size < \(size)"
        case .received(let comparison, let day): return Self.compare("m.received", comparison, day: day)
        case .sent(let comparison, let day):
            return Self.compare("COALESCE(s.sent + s.sent_zone * 60, m.received)", comparison, day: day)
        case .younger(let seconds): return "m.received >= \(mailbox.options.now() - Int64(seconds))"
        case .older(let seconds): return "m.received <= \(mailbox.options.now() - Int64(seconds))"
        case .contains(let field, let text): return try containsCondition(field.column, text)
        case .header(let name, let text): return try headerCondition(name, text)
        case .body(let words): return try wordsCondition(words, "body : ")
        case .text(let words): return try wordsCondition(words, "")
        case .modSequence(let least): return "m.modseq >= \(Int64(clamping: least.value))"
        }
    }

    private mutating func joined(_ parts: [MessageQuery], _ word: String, empty: String) throws -> String {
        guard !parts.isEmpty else { return empty }
        var conditions: [String] = []
        for part in parts { conditions.append("(\(try condition(part)))") }
        return conditions.joined(separator: word)
    }

    private mutating func parameter(_ value: SQLValue) -> String {
        values.append(value)
        return "$\(values.count)"
    }

    /// One bit after the other, as engines differ in how they mask.
    private func flagsCondition(_ flags: SystemFlags) -> String {
        let bits = (0..<7).filter { flags.rawValue & 1 << $0 != 0 }.map { "m.flags / \(1 << $0) % 2 = 1" }
        return bits.isEmpty ? "1 = 1" : bits.joined(separator: " AND ")
    }

    private mutating func uidsCondition(_ uids: UIDSet) throws -> String {
        guard uids.ranges.count > Self.inlineRanges else {
            let ranges = uids.ranges.map { "m.uid BETWEEN \($0.lowerBound) AND \($0.upperBound)" }
            return ranges.isEmpty ? "1 = 0" : ranges.joined(separator: " OR ")
        }
        return "m.uid IN \(try hits(mailbox.uids(in: folder).intersection(uids).map { Int64($0.value) }))"
    }

    /// Whether a message is of one of these blobs; where nothing else is asked, the database goes from one hit to the next.
    private mutating func isOne(of blobs: [Int64]) throws -> String {
        questions += 1
        try mailbox.remember(blobs, question: questions)
        return """
            m.uid IN (SELECT n.uid FROM hits h CROSS JOIN messages n
                WHERE h.question = \(questions) AND n.account = $1 AND n.folder = $2 AND n.blob = h.hit)
            """
    }

    /// A set of numbers as a subquery.
    private mutating func hits(_ numbers: [Int64]) throws -> String {
        questions += 1
        try mailbox.remember(numbers, question: questions)
        return "(SELECT hit FROM hits WHERE question = \(questions))"
    }

    private static func compare(_ column: String, _ comparison: MessageQuery.Comparison, day: Int) -> String {
        let (start, end) = (Int64(day) * 86_400, (Int64(day) + 1) * 86_400)
        return switch comparison {
        case .before: "\(column) < \(start)"
        case .since: "\(column) >= \(start)"
        case .on: "\(column) >= \(start) AND \(column) < \(end)"
        }
    }

    private mutating func containsCondition(_ column: String, _ text: String) throws -> String {
        guard !text.isEmpty else { return "COALESCE(s.\(column), '') <> ''" }
        return try isOne(of: mailbox.freshIndex().blobs(column: column, contains: text))
    }

    /// Fields that the index knows are compared there; for others the headers of the folder's files are read.
    private mutating func headerCondition(_ name: String, _ text: String) throws -> String {
        let name = name.lowercased()
        if let column = Self.columns[name] {
            let inner = name == "message-id" ? text.filter { $0 != "<" && $0 != ">" } : text
            return try containsCondition(column, inner)
        }
        let needle = text.lowercased()
        let field = FieldName(name)
        let rows = try mailbox.rows(in: folder, .all)
        let found = try rows.filter { row in
            let path = try mailbox.path(ofBlob: row.blob)
            guard let octets = try? mailbox.files.read(path, limit: Int(row.headerSize)) else { return false }
            guard let value = ParsedMessage(octets).header.text(field) else { return false }
            return needle.isEmpty || value.lowercased().contains(needle)
        }
        return try isOne(of: found.map(\.blob))
    }

    private mutating func wordsCondition(_ words: String, _ columns: String) throws -> String {
        guard !words.isEmpty else { return "1 = 1" }
        guard let phrase = SearchWords.phrase(words, isPrefix: true) else { return "1 = 0" }
        let index = try mailbox.freshIndex()
        return try isOne(of: index.blobs(matching: "\(columns)\(phrase)", byRelevance: false))
    }
}

extension MessageQuery.HeaderField {
    var column: String {
        switch self {
        case .from: "from_list"
        case .to: "to_list"
        case .cc: "cc_list"
        case .bcc: "bcc_list"
        case .subject: "subject"
        }
    }
}
