import NIOCore
import Testing

@testable import IMAP

@Suite("Commands, RFC 9051 §6") struct CommandTableTests {
    private func read(_ text: String) throws -> Command {
        var reader = CommandReader(ByteBuffer(string: text))
        let rule = try reader.rule()
        let command = try rule.read(&reader)
        try reader.end()
        return command
    }

    @Test(arguments: [
        ("capability", ["CAPABILITY"]), ("noop", ["noop"]), ("logout", ["LOGOUT"]),
        ("id", ["ID NIL", "ID (\"name\" \"x\" \"version\" NIL)"]), ("startTLS", ["STARTTLS"]),
        ("authenticate", ["AUTHENTICATE PLAIN", "AUTHENTICATE PLAIN ="]), ("login", ["LOGIN a b", "LOGIN {1}\r\na \"b c\""]),
        ("enable", ["ENABLE CONDSTORE UTF8=ACCEPT"]), ("namespace", ["NAMESPACE"]),
        ("select", ["SELECT INBOX", "SELECT INBOX (CONDSTORE)", "EXAMINE \"a b\""]),
        ("create", ["CREATE a/b/", "CREATE a (USE (\\Drafts))"]), ("delete", ["DELETE a"]), ("rename", ["RENAME a b"]),
        ("subscribe", ["SUBSCRIBE a"]), ("unsubscribe", ["UNSUBSCRIBE a"]),
        (
            "list",
            [
                "LIST \"\" *", "LIST \"\" \"\"", "LIST () \"\" *", "LIST \"\" % RETURN ()",
                "LIST (SUBSCRIBED RECURSIVEMATCH) \"\" (a* %) RETURN (CHILDREN SPECIAL-USE SUBSCRIBED STATUS (MESSAGES UNSEEN))",
            ]
        ),
        ("subscriptions", ["LSUB \"\" *"]),
        ("status", ["STATUS a (MESSAGES RECENT UIDNEXT UIDVALIDITY UNSEEN DELETED SIZE HIGHESTMODSEQ APPENDLIMIT)"]),
        (
            "append",
            [
                "APPEND a {5}", "APPEND a (\\Seen work) \" 1-Feb-1994 00:00:00 +0000\" {5+}",
                "APPEND a \"01-Feb-1994 00:00:00 +0000\" ~{0}",
            ]
        ),
        ("idle", ["IDLE"]), ("check", ["CHECK"]), ("close", ["CLOSE"]), ("unselect", ["UNSELECT"]),
        ("expunge", ["EXPUNGE", "UID EXPUNGE 1:5"]), ("search", ["SEARCH ALL", "UID SEARCH ALL"]),
        ("fetch", ["FETCH 1 ALL", "UID FETCH 1:* (FLAGS)", "FETCH 1:* FLAGS (CHANGEDSINCE 5)"]),
        ("store", ["STORE 1 +FLAGS \\Seen", "UID STORE 1 FLAGS.SILENT ()"]), ("copy", ["COPY 1 a", "UID COPY 1:* a"]),
        ("move", ["MOVE 1 a", "UID MOVE 1 a"]),
    ])
    func reads(name: String, texts: [String]) throws {
        for text in texts {
            let command = try read(text)
            // A case without values has no children.
            #expect((Mirror(reflecting: command).children.first?.label ?? "\(command)") == name, "\(text)")
            if let byUID = command.isByUID { #expect(byUID == text.hasPrefix("UID "), "\(text)") }
        }
    }

    @Test(arguments: [
        ("", Expected.command, 0), ("FOO", .command, 0), ("NOOP x", .end, 4), ("UID", .space, 3), ("UID NOOP", .command, 4),
        ("LOGIN", .space, 5),
        ("LOGIN a", .space, 7), ("LOGIN a ", .string, 8), ("SELECT", .space, 6), ("SELECT a b", .listStart, 9),
        ("SELECT a (QRESYNC)", .modifier, 10),
        ("LIST (FOO) \"\" *", .selectionOption, 9), ("LIST (RECURSIVEMATCH) \"\" *", .selectionOption, 5),
        ("LIST \"\"", .space, 7), ("LIST \"\" ()", .pattern, 9),
        ("LIST \"\" * RETURN (FOO)", .returnOption, 21), ("LIST \"\" * FOO", .returnOption, 10), ("STATUS a ()", .statusItem, 10),
        ("STATUS a FOO", .listStart, 9),
        ("APPEND a", .space, 8), ("APPEND a x", .literal, 9), ("APPEND a (\\Foo) {3}", .flag, 10),
        ("APPEND a \"yesterday\" {3}", .dateTime, 9),
        ("ENABLE", .space, 6), ("ID ()x", .end, 5), ("ID x", .listStart, 3), ("STORE 1 FOO x", .storeItem, 8),
        ("STORE x FLAGS ()", .number, 6), ("COPY 1", .space, 6),
        ("CREATE a (FOO)", .modifier, 10), ("UID EXPUNGE", .space, 11), ("EXPUNGE 1", .end, 7), ("FETCH 1", .space, 7),
        ("SEARCH", .space, 6),
        ("AUTHENTICATE", .space, 12), ("RENAME a", .space, 8),
    ])
    func refuses(text: String, expected: Expected, offset: Int) {
        #expect(throws: SyntaxError(expected: expected, offset: offset)) { _ = try read(text) }
    }

    @Test func everyCommandRefusesRubbishBehindIt() {
        for name in CommandTable.commands.keys {
            #expect(throws: SyntaxError.self) { _ = try read("\(name)\u{1}") }
        }
    }
}

extension Command {
    /// Nil for commands that have no such form.
    fileprivate var isByUID: Bool? {
        switch self {
        case .expunge(let uids): uids != nil
        case .search(_, let byUID), .fetch(_, _, let byUID), .store(_, _, let byUID), .copy(_, _, let byUID),
            .move(_, _, let byUID):
            byUID
        default: nil
        }
    }
}
