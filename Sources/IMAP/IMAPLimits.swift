package import Mail
package import MailConfiguration

/// How much a peer may ask for. Every bound of the module stands here, with its default.
package struct IMAPLimits: Sendable {
    // What a command may be.
    /// The longest line of a command, its end not counted, in octets (RFC 7162 §4 asks for at least 8192).
    package var lineLength = 65_536
    /// The longest literal that is no message, in octets.
    package var literalSize = 65_536
    /// A command with its literals, messages not counted, in octets.
    package var commandSize = 262_144
    /// Literals in one command, that of a message included.
    package var literals = 128
    /// The longest tag, in octets.
    package var tagLength = 128
    /// The longest string that is no message, in octets.
    package var stringLength = 8_192
    /// Ranges in a sequence set.
    package var sequenceRanges = 10_000
    /// Parentheses and `NOT`s within one another in a search.
    package var nestingDepth = 32
    /// Keys of one search, data items of one FETCH, names of one list of header fields.
    package var items = 512
    /// Flags in one list.
    package var flags = 128
    /// Part numbers in a section.
    package var partNumbers = 64
    /// Wildcards in a pattern of LIST.
    package var wildcards = 32
    /// Patterns in one LIST.
    package var patterns = 64

    // What a connection may do.
    /// The largest message that APPEND takes, where the account says nothing smaller; announced as APPENDLIMIT.
    package var messageSize = ByteCount.megabytes(50)
    /// A message up to this size is held in memory while it arrives; a larger one goes to a file.
    package var messageInMemory = ByteCount.kilobytes(256)
    /// Octets of a literal that was refused after they were already on their way; above it the connection ends.
    package var discardedLiteral = ByteCount.megabytes(64)
    /// Wrong commands before the connection ends.
    package var badCommands = 25
    /// Failed log-ins before the connection ends.
    package var failedLogins = 5
    /// From the connection's start to the log-in, TLS included.
    package var authenticationTime = Duration.seconds(60)
    /// Without a command, also in IDLE (RFC 9051 §5.4 asks for at least 30 minutes).
    package var idleTime = Duration.seconds(30 * 60 + 10)
    /// Without a message's next octets, or with replies that the peer does not read.
    package var stallTime = Duration.seconds(120)
    /// From the end of a session's rights to the end of its connection, whether it reads `BYE` or not.
    package var farewellTime = Duration.milliseconds(800)
    /// Of a closed connection, while the peer takes nothing of what it has not read.
    package var unreadTime = Duration.seconds(30)

    // What many connections may do.
    /// Connections from one address, before and after log-in, to whatever service of the program.
    package var connectionsPerAddress = 200
    /// Sessions of one account, over whatever service of the program.
    package var sessionsPerAccount = 50
    /// Connections in all, to whatever service of the program.
    package var connections = 20_000

    // What a reply holds in memory.
    /// Messages of which rows are asked from the store at once.
    package var rowsPerBatch = 500
    /// Octets of replies gathered before they are sent; a message of more is sent as it is read.
    package var replyBuffer = ByteCount.kilobytes(64)
    /// The same of what FETCH answers while the client takes everything at once.
    package var replyBatch = ByteCount.kilobytes(256)
    /// Octets of a message read at once where it is looked at or copied.
    package var contentChunk = ByteCount.kilobytes(64)
    /// Octets of the header section of which single fields are picked in memory.
    package var headerSize = ByteCount.megabytes(1)
    /// A message up to this size is parsed for the sections of FETCH; of a larger one this many octets are looked at.
    package var parsedMessage = ByteCount.megabytes(64)

    package init() {}

    /// Where the host's operator decides, that; else the defaults.
    package init(_ host: HostLimits) {
        connections = host.connections
        connectionsPerAddress = host.connectionsPerAddress
        sessionsPerAccount = host.connectionsPerUser
        messageSize = host.messageSize
        idleTime = host.imapIdle
        authenticationTime = host.loginTime
    }
}
