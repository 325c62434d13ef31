import NIOCore
import Testing

@testable import IMAP

@Suite("Mailbox names, RFC 3501 §5.1") struct MailboxNameTests {
    @Test(arguments: [
        ("inbox", ["INBOX"]), ("InBox/Sub", ["INBOX", "Sub"]), ("a/inbox", ["a", "inbox"]), ("\"Entw&APw-rfe\"", ["Entwürfe"]),
        ("~peter/mail/&U,BTFw-/&ZeVnLIqe-", ["~peter", "mail", "台北", "日本語"]), ("R&-D", ["R&D"]), ("Work/", ["Work"]),
        ("{5}\r\nção", ["ção"]), ("&2DzfNw-", ["🌷"]),
    ])
    func reads(text: String, components: [String]) throws {
        var reader = CommandReader(ByteBuffer(string: text))
        #expect(try reader.mailboxName().components == components)
    }

    @Test(arguments: ["\"\"", "/a", "a//b", "\"a&\"", "&AC8-", "&U,BTF", "&YQ-", "&2Dw-", "&AGEAYg-", "\"a\u{80}b\"", "&;-"])
    func refuses(text: String) {
        #expect(throws: SyntaxError(expected: .mailboxName, offset: 0)) {
            var reader = CommandReader(ByteBuffer(string: text))
            _ = try reader.mailboxName()
        }
    }

    @Test(arguments: ["Entwürfe", "台北/日本語", "R&D", "a🌷b", "plain", "é & è", "ção-"])
    func roundTrips(name: String) {
        let octets = ModifiedUTF7.encode(name)
        #expect(octets.readableBytesView.allSatisfy { (0x20...0x7e).contains($0) })
        #expect(ModifiedUTF7.decode(octets) == name)
    }

    @Test func knowsSharedNames() {
        #expect(MailboxName(["~info", "Sent"]).shared?.name == "info")
        #expect(MailboxName(["~info", "Sent"]).shared?.path == ["Sent"])
        #expect(MailboxName(["info"]).shared == nil)
        #expect(MailboxName(["~"]).shared == nil)
    }
}

@Suite("Patterns of LIST, RFC 9051 §6.3.9") struct ListPatternTests {
    @Test(arguments: [
        ("*", "a/b/c", true), ("%", "a", true), ("%", "a/b", false), ("a/%", "a/b", true), ("a/%", "a/b/c", false),
        ("a/*", "a/b/c", true),
        ("*c", "a/b/c", true), ("inbox", "INBOX", true), ("INBOX/x", "INBOX/x", true), ("inbox/x", "INBOX/X", false),
        ("a", "A", false),
        ("%/%", "a/b", true), ("%x%", "axb", true), ("", "a", false), ("**%%", "a/b", true), ("in*", "INBOX", true),
        ("%/b", "a/c/b", false),
    ])
    func matches(pattern: String, name: String, isMatch: Bool) throws {
        var reader = CommandReader(ByteBuffer(string: "\"\(pattern)\""))
        #expect(try reader.listPattern().matches(ByteBuffer(string: name)) == isMatch)
    }

    @Test func boundsWildcards() throws {
        var limits = IMAPLimits()
        limits.wildcards = 2
        #expect(throws: SyntaxError(expected: .fewerWildcards, offset: 0)) {
            var reader = CommandReader(ByteBuffer(string: "a%b%c*"), limits: limits)
            _ = try reader.listPattern()
        }
        var reader = CommandReader(ByteBuffer(string: "a%b%"), limits: limits)
        _ = try reader.listPattern()
    }
}
