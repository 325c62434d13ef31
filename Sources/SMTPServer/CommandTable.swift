internal import Mail
internal import NIOCore
internal import SMTP
internal import Wire

/// A command that is understood.
enum Command: Sendable {
    case hello(String, isExtended: Bool)
    case startTLS
    case authenticate(Mechanism?, initial: ByteBuffer?)
    case mail(MailCommand)
    case recipient(RecipientCommand)
    case data
    case chunk(ChunkSize)
    case reset, noop, quit, verify, expand, help
}

/// How to read the rest of a line, and when it may come.
struct CommandRule: Sendable {
    /// What must have been said before.
    enum Need: Sendable {
        case nothing, hello
        /// EHLO, and behind the submission doors a log-in.
        case rights
        /// An open MAIL.
        case mail
    }

    typealias Read = @Sendable (inout CommandReader, SMTPSession) throws(SMTPSyntaxError) -> Command

    let need: Need
    let read: Read

    init(_ need: Need, _ read: @escaping Read) { (self.need, self.read) = (need, read) }
}

enum CommandTable {
    static let table: [Keyword: CommandRule] = [
        "EHLO": CommandRule(.nothing) { reader, _ throws(SMTPSyntaxError) in  // RFC 5321 §4.1.1.1
            .hello(try helloName(&reader), isExtended: true)
        },
        "HELO": CommandRule(.nothing) { reader, _ throws(SMTPSyntaxError) in
            .hello(try helloName(&reader), isExtended: false)
        },
        "STARTTLS": CommandRule(.hello) { reader, _ throws(SMTPSyntaxError) in  // RFC 3207 §4
            try reader.end()
            return .startTLS
        },
        "AUTH": CommandRule(.hello) { reader, _ throws(SMTPSyntaxError) in try authentication(&reader) },  // RFC 4954 §4
        "MAIL": CommandRule(.rights) { reader, session throws(SMTPSyntaxError) in  // RFC 5321 §4.1.1.2
            .mail(try reader.mail(offered: session.mailParameters))
        },
        "RCPT": CommandRule(.mail) { reader, session throws(SMTPSyntaxError) in  // RFC 5321 §4.1.1.3
            .recipient(try reader.recipient(offered: session.recipientParameters, smtpUTF8: session.envelope?.smtpUTF8 == true))
        },
        "DATA": CommandRule(.mail) { reader, _ throws(SMTPSyntaxError) in  // RFC 5321 §4.1.1.4
            try reader.end()
            return .data
        },
        "BDAT": CommandRule(.nothing) { reader, _ throws(SMTPSyntaxError) in  // RFC 3030 §2
            try reader.space()
            return .chunk(try reader.chunkSize())
        },
        "RSET": CommandRule(.nothing) { reader, _ throws(SMTPSyntaxError) in
            try reader.end()
            return .reset
        },
        "QUIT": CommandRule(.nothing) { reader, _ throws(SMTPSyntaxError) in
            try reader.end()
            return .quit
        },
        "NOOP": CommandRule(.nothing) { _, _ throws(SMTPSyntaxError) in .noop },
        "VRFY": CommandRule(.hello) { _, _ throws(SMTPSyntaxError) in .verify },  // RFC 5321 §3.5.3
        "EXPN": CommandRule(.nothing) { _, _ throws(SMTPSyntaxError) in .expand },
        "HELP": CommandRule(.nothing) { _, _ throws(SMTPSyntaxError) in .help },
    ]

    private static func helloName(_ reader: inout CommandReader) throws(SMTPSyntaxError) -> String {
        try reader.space()
        let name = try reader.helloName()
        try reader.end()
        return name
    }

    private static func authentication(_ reader: inout CommandReader) throws(SMTPSyntaxError) -> Command {
        try reader.space()
        let mechanism = Mechanism(rawValue: String(buffer: reader.run(of: .visible)).uppercased())
        guard reader.take(.space) else {
            try reader.end()
            return .authenticate(mechanism, initial: nil)
        }
        let initial = reader.run(of: .visible)
        try reader.end()
        return .authenticate(mechanism, initial: initial)
    }
}
