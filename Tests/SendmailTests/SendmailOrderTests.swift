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
        #expect(order.sender == "rita@acme.example")
        #expect(order.notify == [.failure, .delay])
        #expect(order.recipients == ["-x@y"])
    }

    @Test(arguments: [("mailq", [], SendmailOrder.Task.queue), ("newaliases", [], .aliases), ("sendmail", ["-bp"], .queue)])
    func knowsItsNames(program: String, words: [String], task: SendmailOrder.Task) throws {
        #expect(try SendmailOrder(program: program, words: words).task == task)
    }

    @Test(arguments: [["-bs"], ["-bd"], ["-f"], ["-N", "sometimes"], ["-Z"]])
    func refuses(words: [String]) {
        #expect(throws: SendmailUsage.self) { try SendmailOrder(program: "sendmail", words: words) }
    }

    @Test func boundsRecipients() {
        let words = (0...SendmailOrder.mostRecipients).map { "u\($0)" }
        #expect(throws: SendmailUsage.self) { try SendmailOrder(program: "sendmail", words: words) }
        #expect(throws: Never.self) { try SendmailOrder(program: "sendmail", words: Array(words.dropLast())) }
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
        #expect(message.recipients == ["g@h.example", "c@d.example"])
    }

    @Test func recipientsStandInTheHeader() {
        let message = GivenMessage(
            ByteBuffer(string: "To: Rita <rita@acme.example>, root\nCc: g: a@b.example;\nBcc: c@d.example\n\n"), endsAtDot: false)
        #expect(message.recipients == ["rita@acme.example", "root", "a@b.example", "c@d.example"])
    }
}
