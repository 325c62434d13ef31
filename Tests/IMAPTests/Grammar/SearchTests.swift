import Mail
import NIOCore
import Testing

@testable import IMAP

@Suite("Search keys, RFC 9051 §6.4.4") struct SearchTests {
    private func read(_ text: String, limits: IMAPLimits = IMAPLimits()) throws -> SearchRequest {
        var reader = CommandReader(ByteBuffer(string: text), limits: limits)
        let request = try reader.searchRequest()
        try reader.end()
        return request
    }

    @Test(arguments: [
        "ALL", "ANSWERED", "BCC x", "BEFORE 1-Feb-1994", "BODY \"a b\"", "CC x", "DELETED", "DRAFT", "FLAGGED", "FROM x",
        "HEADER Message-ID \"\"", "KEYWORD work", "LARGER 5", "NEW", "NOT SEEN", "OLD", "ON 1-Feb-1994",
        "OR SEEN (DELETED FLAGGED)",
        "RECENT", "SEEN", "SENTBEFORE 1-Feb-1994", "SENTON 1-Feb-1994", "SENTSINCE \"1-Feb-1994\"", "SINCE 1-Feb-1994",
        "SMALLER 5",
        "SUBJECT x", "TEXT {3}\r\na b", "TO x", "UID 1:*", "UNANSWERED", "UNDELETED", "UNDRAFT", "UNFLAGGED", "UNKEYWORD work",
        "UNSEEN",
        "1,3:5", "*", "OLDER 5", "YOUNGER 5", "MODSEQ 5", "MODSEQ \"/flags/\\\\Seen\" all 5", "CHARSET UTF-8 SUBJECT \"é\"",
        "RETURN (MIN MAX COUNT) ALL", "RETURN () UID 1", "(ALL)", "UID 1 SEEN 1:5 NOT NOT ALL",
    ])
    func reads(text: String) throws { _ = try read(text) }

    @Test func readsTheTree() throws {
        #expect(
            try read("OR NOT SEEN (1 FLAGGED)").keys == [
                .either(.not(.flag(.seen)), .both([.sequence(SequenceSet([.init(first: 1, last: 1)])), .flag(.flagged)]))
            ])
        #expect(try read("RETURN () ALL").returns == .all)
        #expect(try read("ALL").returns == nil)
    }

    @Test(arguments: [
        ("", Expected.searchKey, 0), ("FOO", .searchKey, 0), ("FOO BAR", .searchKey, 0), ("SUBJECT", .space, 7),
        ("NOT", .space, 3),
        ("OR SEEN", .space, 7), ("(ALL", .listEnd, 4), ("()", .searchKey, 1), ("LARGER x", .number, 7),
        ("SINCE yesterday", .date, 6),
        ("KEYWORD \\Seen", .flag, 8), ("ALL ", .searchKey, 4), ("RETURN (FOO) ALL", .returnOption, 11), ("HEADER x", .space, 8),
        ("ALL x", .searchKey, 4),
    ])
    func refuses(text: String, expected: Expected, offset: Int) {
        #expect(throws: SyntaxError(expected: expected, offset: offset)) { _ = try read(text) }
    }

    @Test func boundsDepthAndNumber() throws {
        var limits = IMAPLimits()
        limits.nestingDepth = 4
        limits.items = 8
        _ = try read("(((ALL)))", limits: limits)
        #expect(throws: SyntaxError(expected: .shallowerNesting, offset: 4)) { _ = try read("((((ALL))))", limits: limits) }
        _ = try read(Array(repeating: "ALL", count: 8).joined(separator: " "), limits: limits)
        #expect(throws: SyntaxError(expected: .fewerItems, offset: 32)) {
            _ = try read(Array(repeating: "ALL", count: 9).joined(separator: " "), limits: limits)
        }
    }
}
