internal import Mail
internal import NIOCore
internal import Store

/// Makes a question to the store of a client's search keys.
struct SearchTranslation {
    let mailbox: SelectedMailbox
    let charset: SearchCharset
    /// Whether MODSEQ was among the keys.
    private(set) var usesModSequences = false
    /// Why `query` gave nil.
    private(set) var refusal = Session.noSuchNumber

    init(mailbox: SelectedMailbox, charset: SearchCharset) {
        self.mailbox = mailbox
        self.charset = charset
    }

    /// Nil where a number or a string cannot be. As deep as the keys, whose depth the grammar bounds.
    mutating func query(_ key: SearchKey) async throws -> MessageQuery? {
        switch key {
        case .both(let keys):
            var queries: [MessageQuery] = []
            for key in keys {
                guard let query = try await query(key) else { return nil }
                queries.append(query)
            }
            return queries.count == 1 ? queries[0] : .and(queries)
        case .either(let first, let second):
            guard let first = try await query(first), let second = try await query(second) else { return nil }
            return .or([first, second])
        case .not(let key): return try await query(key).map { .not($0) }
        case .sequence(let set): return try await mailbox.messages(set, byUID: false).map { .uids($0) }
        case .uid(let set): return try await mailbox.messages(set, byUID: true).map { .uids($0) }
        case .modSequence(let value):
            usesModSequences = true
            return .modSequence(atLeast: ModSequence(value))
        default: return simple(key)
        }
    }

    private mutating func simple(_ key: SearchKey) -> MessageQuery? {
        switch key {
        case .all: .all
        case .flag(let flag): .flags(flag)
        case .tag(let tag): .tag(tag)
        case .recent: .uids(UIDSet(ranges: mailbox.recent))
        case .before(let day): .received(.before, day: day.days)
        case .on(let day): .received(.on, day: day.days)
        case .since(let day): .received(.since, day: day.days)
        case .sentBefore(let day): .sent(.before, day: day.days)
        case .sentOn(let day): .sent(.on, day: day.days)
        case .sentSince(let day): .sent(.since, day: day.days)
        case .larger(let size): .larger(size)
        case .smaller(let size): .smaller(size)
        case .older(let seconds): .older(seconds: seconds)
        case .younger(let seconds): .younger(seconds: seconds)
        default: text(key)
        }
    }

    private mutating func text(_ key: SearchKey) -> MessageQuery? {
        switch key {
        case .bcc(let text): string(text).map { .contains(.bcc, $0) }
        case .cc(let text): string(text).map { .contains(.cc, $0) }
        case .from(let text): string(text).map { .contains(.from, $0) }
        case .to(let text): string(text).map { .contains(.to, $0) }
        case .subject(let text): string(text).map { .contains(.subject, $0) }
        case .body(let text): string(text).map { .body($0) }
        case .text(let text): string(text).map { .text($0) }
        case .header(let field, let text):
            string(text).map { .header(name: String(buffer: field), contains: $0) }
        default: nil
        }
    }

    private mutating func string(_ octets: ByteBuffer) -> String? {
        if let text = charset.decode(octets) { return text }
        refusal = .no("A string is not in the charset of the search", .badCharset(SearchCharset.names))
        return nil
    }
}
