import Mail
import NIOCore
import SMTP
import Wire

@testable import SMTPServer

extension FuzzTargets {
    /// A whole connection's octets, read as the server reads them: lines, messages and chunks, at each kind of door.
    static let smtp = FuzzTarget(
        name: "smtp", longest: 8_192,
        pieces: [
            "EHLO c\r\n", "MAIL FROM:<a@b.example>", "RCPT TO:<ana@acme.example>", "DATA\r\n", "BDAT 6 LAST\r\n", "\r\n.\r\n",
            "\n.\n", "AUTH PLAIN ", "AUTH LOGIN\r\n", "STARTTLS\r\n", "RSET\r\n", " SIZE=1", " BODY=8BITMIME", " RET=HDRS",
            " ENVID=a+2B", " NOTIFY=NEVER", " ORCPT=rfc822;a@b", " HOLDFOR=9", " SMTPUTF8", "[IPv6:::1]", "<@a,@b:c@d>",
        ]
    ) { octets in
        for door in [DoorKind.mx, .submission, .local] {
            var dialogue = Dialogue(door: door, octets: ByteBuffer(bytes: octets))
            try dialogue.run()
        }
        try readMessage(octets)
        var parser = ReplyParser()
        for line in octets.split(separator: .lineFeed) {
            if let reply = try? parser.add(ByteBuffer(bytes: line)) { try check(reply) }
        }
    }

    /// However the octets come, a message reads the same; what is behind its end is left alone.
    private static func readMessage(_ octets: [UInt8]) throws {
        var whole = DataReader()
        var rest = ByteBuffer(bytes: octets)
        let (content, outcome) = whole.take(&rest)
        var pieces = DataReader()
        var gathered = ByteBuffer()
        var last = DataReader.Outcome.more
        var taken = 0
        for octet in octets where last == .more {
            var one = ByteBuffer(bytes: [octet])
            let (part, ending) = pieces.take(&one)
            gathered.writeImmutableBuffer(part)
            last = ending
            taken += 1
        }
        try expect(last == outcome && gathered == content, "a message in pieces differs from the whole")
        try expect(outcome == .more || rest.readableBytes == octets.count - taken, "octets behind the message were taken")
        var scan = HeaderScan()
        if scan.take(content) {
            let facts = HeaderFacts(scan.fields)
            for field in facts.from { _ = FromField.addresses(in: field) }
        }
    }

    static func check(_ reply: Reply) throws {
        var wire = ByteBuffer()
        reply.write(to: &wire)
        try expect((200..<600).contains(reply.code), "a reply has the code \(reply.code)")
        let lines = String(buffer: wire).split(separator: "\r\n", omittingEmptySubsequences: false)
        try expect(lines.count == reply.lines.count + 1 && lines.last == "", "a reply forges lines")
        try expect(lines.allSatisfy { $0.utf8.count <= 510 }, "a reply has a line above 512 octets")
    }
}

/// A session fed by a connection's octets, with a host behind it that says yes to everything.
private struct Dialogue {
    var session: SMTPSession
    var octets: ByteBuffer
    var framing = LineFraming(limit: SMTPLimits().commandLine)

    init(door: DoorKind, octets: ByteBuffer) {
        session = SMTPSession(door: door, limits: SMTPLimits())
        self.octets = octets
    }

    private var terms: SessionTerms {
        get throws {
            SessionTerms(
                hostName: try DomainName("mail.host.example"), allowsPlaintextLogin: true, largestMessage: 1 << 20,
                recipientsPerMessage: 100, messagesPerSession: 100, now: 1_800_000_000)
        }
    }

    mutating func run() throws {
        while true {
            do {
                guard let line = try framing.next(from: &octets) else { return }
                guard try perform(.line(line)) else { return }
            } catch let error as LineError {
                guard try perform(.badLine(error)) else { return }
            }
        }
    }

    /// False where the session is over.
    private mutating func perform(_ event: SessionEvent) throws -> Bool {
        let ok = Reply(250, nil, "Yes")
        switch session.handle(event, try terms) {
        case .reply(let reply): try FuzzTargets.check(reply)
        case .close(let reply), .quit(let reply):
            try FuzzTargets.check(reply)
            return false
        case .startTLS(let reply):
            try FuzzTargets.check(reply)
            return try perform(.secured(version: "TLSv1.3"))
        case .authenticate, .vouch: return try perform(.login(Reply(235, nil, "Yes"), AccountID(1)))
        case .sender: return try perform(.sender(ok))
        case .recipient(let question):
            if case .mailbox(let recipient) = question { session.append(recipient) }
            return try perform(.recipient(ok))
        case .data:
            var reader = DataReader()
            guard reader.take(&octets).1 == .end else { return false }
            return try perform(.message(ok))
        case .chunk(let size):
            let length = min(size.octets, octets.readableBytes)
            octets.moveReaderIndex(forwardBy: length)
            return try length == size.octets && perform(size.isLast ? .message(ok) : .chunkDone(size.octets))
        case .skip(let count, let reply):
            try FuzzTargets.check(reply)
            octets.moveReaderIndex(forwardBy: min(count, octets.readableBytes))
        }
        return true
    }
}
