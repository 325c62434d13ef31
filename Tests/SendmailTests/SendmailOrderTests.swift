import MIME
import Mail
import NIOCore
import Testing

@testable import Sendmail

@Suite("sendmail's words") struct SendmailOrderTests {
    @Test func readsWhatCronSays() throws {
        // Debian's cron, do_command.c.
        let order = try SendmailOrder(
            program: "sendmail", words: ["-FCronDaemon", "-i", "-B8BITMIME", "-oem", "root"])
        #expect(order.fullName == "CronDaemon")
        #expect(order.ignoresDots)
        #expect(order.recipients == ["root"])
        #expect(order.sender == nil)
    }

    @Test func readsWhatMailProgramsSay() throws {
        let order = try SendmailOrder(
            program: "sendmail",
            words: ["-oi", "-f", "<rita@acme.example>", "-N", "failure,delay", "-R", "full", "-t", "--", "-x@y"])
        #expect(order.ignoresDots && order.readsRecipients && order.returnsFullMessage)
        #expect(order.sender == "<rita@acme.example>")
        #expect(order.notify == [.failure, .delay])
        #expect(order.recipients == ["-x@y"])
    }

    @Test(arguments: [
        ("mailq", [], SendmailOrder.Task.queue), ("newaliases", [], .aliases), ("sendmail", ["-bp"], .queue),
        ("sendmail", ["-bi"], .aliases), ("sendmail", ["-I"], .aliases), ("sendmail", ["-q"], .flush),
        ("sendmail", ["-q15m"], .flush),
        ("sendmail", ["-vq"], .flush), ("mailq", ["-q"], .queue), ("sendmail", ["-bm", "a@b"], .send),
    ])
    func knowsItsNames(program: String, words: [String], task: SendmailOrder.Task) throws {
        #expect(try SendmailOrder(program: program, words: words).task == task)
    }

    /// As getopt(3) reads them, and with it Postfix and Exim.
    @Test(arguments: [
        (["-ti"], "ti"), (["-it"], "ti"), (["-vt"], "t"), (["-t", "-i"], "ti"), (["-tf", "a@b"], "t from a@b"),
        (["-tifa@b"], "ti from a@b"), (["-oi", "-t"], "ti"), (["-toi"], "ti"), (["-em", "x@y"], "to x@y"),
        (["-e", "m", "x@y"], "to x@y"),
        (["-oem", "x@y"], "to x@y"), (["-odb", "-oee", "x@y"], "to x@y"), (["-d", "x@y"], "to x@y"),
        (["-d8.1", "x@y"], "to x@y"),
        (["-ivFName", "x@y"], "i named Name to x@y"), (["-nimU", "--", "-t"], "i to -t"), (["-f", "-t"], "from -t"),
        (["-"], "to -"),
        (["-C", "/etc/x", "-X/dev/null", "x@y"], "to x@y"), (["-f", "", "x@y"], "from  to x@y"),
    ])
    func readsLettersSideBySide(words: [String], meaning: String) throws {
        let order = try SendmailOrder(program: "sendmail", words: words)
        let letters = (order.readsRecipients ? "t" : "") + (order.ignoresDots ? "i" : "")
        let parts =
            (letters.isEmpty ? [] : [letters]) + (order.sender.map { ["from \($0)"] } ?? [])
            + (order.fullName.map { ["named \($0)"] } ?? []) + order.recipients.map { "to \($0)" }
        #expect(parts.joined(separator: " ") == meaning)
        #expect(order.task == .send)
    }

    @Test(arguments: [["-bs"], ["-bd"], ["-f"], ["-tf"], ["-e"], ["-N", "sometimes"], ["-Z"], ["-tZ"]])
    func refuses(words: [String]) {
        #expect(throws: SendmailUsage.self) { try SendmailOrder(program: "sendmail", words: words) }
    }

    @Test func boundsRecipients() {
        let words = (0...SendmailOrder.mostRecipients).map { "u\($0)" }
        #expect(throws: SendmailUsage.self) { try SendmailOrder(program: "sendmail", words: words) }
        #expect(throws: Never.self) { try SendmailOrder(program: "sendmail", words: Array(words.dropLast())) }
    }
}

@Suite("Addresses as people write them for sendmail") struct GivenAddressTests {
    @Test(arguments: [
        ("a@x.example", ["a@x.example"]), ("<a@x.example>", ["a@x.example"]), ("root", ["root@h.example"]),
        ("a@x.example, b@y.example", ["a@x.example", "b@y.example"]), ("R <r@x.example>", ["r@x.example"]),
        ("\"S, R\" <r@x.example>,root", ["r@x.example", "root@h.example"]),
        ("g: a@x.example, b;", ["a@x.example", "b@h.example"]),
        ("\"a b\"@x.example", ["\"a b\"@x.example"]), ("-x@y.example", ["-x@y.example"]), ("a@", ["a@h.example"]),
        ("josé@x.example", ["josé@x.example"]),
    ])
    func areRead(text: String, addresses: [String]) throws {
        #expect(try GivenAddress.list(text).map { try GivenAddress.address($0, at: "h.example").description } == addresses)
    }

    @Test(arguments: ["", "<>", ",", "@x.example", "a@b@c.example", "a@x..example"])
    func areRefused(text: String) {
        #expect(throws: BadAddress.self) {
            _ = try GivenAddress.list(text).map { try GivenAddress.address($0, at: "h.example") }
        }
    }

    @Test(arguments: [
        ("<>", nil), ("", nil), ("peter", "peter@h.example"), ("<r@x.example>", "r@x.example"),
        ("R <r@x.example>", "r@x.example"),
    ])
    func sendersAreRead(text: String, address: String?) throws {
        #expect(try GivenAddress.sender(text, at: "h.example")?.description == address)
    }

    @Test func aSenderIsOne() {
        #expect(throws: BadAddress(text: "a@x.example, b@x.example")) {
            try GivenAddress.sender("a@x.example, b@x.example", at: "h.example")
        }
    }
}

@Suite("Messages as programs hand them to sendmail") struct GivenMessageTests {
    private func sent(_ text: String, endsAtDot: Bool = false) -> String {
        String(buffer: GivenMessage(ByteBuffer(string: text), endsAtDot: endsAtDot).octets(from: "root@h.example", name: nil))
    }

    @Test(arguments: [
        ("Subject: x\n\nbody\n", "From: root@h.example\r\nSubject: x\r\n\r\nbody\r\n"),
        ("Subject: x\r\n\r\nbody", "From: root@h.example\r\nSubject: x\r\n\r\nbody\r\n"),
        ("From: a@b.example\nBcc: c@d.example,\n e@f.example\nTo: g\n\nx\n", "From: a@b.example\r\nTo: g\r\n\r\nx\r\n"),
        ("only text\nmore\n", "From: root@h.example\r\n\r\nonly text\r\nmore\r\n"),
        ("From rita Mon Jan 1\nSubject: x\n\nb\n", "From: root@h.example\r\nSubject: x\r\n\r\nb\r\n"),
        ("Subject: x\nno field\n", "From: root@h.example\r\nSubject: x\r\n\r\nno field\r\n"),
        ("", "From: root@h.example\r\n\r\n"),
    ])
    func becomesAMessage(text: String, message: String) { #expect(sent(text) == message) }

    @Test func aDotAloneEndsIt() {
        #expect(sent("S: x\n\na\n.\nb\n", endsAtDot: true) == "From: root@h.example\r\nS: x\r\n\r\na\r\n")
        #expect(sent("S: x\n\na\n.\nb\n").hasSuffix("a\r\n.\r\nb\r\n"))
    }

    @Test func everyFieldIsSent() {
        let many = String(repeating: "X: y\n", count: 20_000)
        let text = many + "From: a@b.example\nBcc: c@d.example\nTo: g@h.example\n\nx\n"
        #expect(sent(text).hasSuffix("X: y\r\nFrom: a@b.example\r\nTo: g@h.example\r\n\r\nx\r\n"))
        let message = GivenMessage(ByteBuffer(string: text), endsAtDot: false)
        #expect(message.recipients.map(\.address) == ["g@h.example", "c@d.example"])
    }

    @Test func recipientsStandInTheHeader() {
        let message = GivenMessage(
            ByteBuffer(string: "To: Rita <rita@acme.example>, root\nCc: g: a@b.example;\nBcc: c@d.example\n\n"), endsAtDot: false)
        #expect(message.recipients.map(\.address) == ["rita@acme.example", "root", "a@b.example", "c@d.example"])
    }
}
