package import Mail

/// What bounds the web: every size, number and time, with its default.
package struct WebLimits: Sendable {
    /// Octets of one header field, and of all of a request.
    package var headerField = 16 << 10
    package var headerList = 64 << 10
    /// Header fields of a request.
    package var headerFields = 100
    /// Octets of a form without files.
    package var form = 4 << 20
    /// Octets of the text that is written.
    package var text = 2 << 20
    /// Octets of one file that is attached; the account's own limit for messages also holds.
    package var upload = ByteCount.megabytes(50)
    /// Files that wait to be sent, of one account, and octets of all of them.
    package var uploads = 200
    package var uploadsTotal = ByteCount.megabytes(500)
    /// Files attached to one message.
    package var attachments = 100
    /// How long a file that was never sent is kept.
    package var uploadLife = Duration.seconds(2 * 86_400)
    /// Sessions of one account; the one used longest ago gives way.
    package var sessionsPerAccount = 20
    /// Lists whose sorting one session remembers.
    package var ordersPerSession = 1_000
    /// A session ends this long after it was last used, and this long after log-in.
    package var sessionIdle = Duration.seconds(14 * 86_400)
    package var sessionLife = Duration.seconds(60 * 86_400)
    /// Connections at once, of all, and of one address.
    package var connections = 5_000
    package var connectionsPerAddress = 200
    /// A connection without a request, or in the middle of one without octets, is closed.
    package var idle = Duration.seconds(75)
    /// How long a request that changes something may take with its body, a file that is attached included; beyond it 408.
    package var requestTime = Duration.seconds(1_800)
    /// The same for somebody who is not logged in, and so has nothing but a log-in to send.
    package var strangerTime = Duration.seconds(60)
    /// How long a peer may leave what is written to it unread.
    package var stall = Duration.seconds(120)
    /// How long a connection that is closed may take nothing of what it has not read, before that is forgotten.
    package var unread = Duration.seconds(30)
    /// How long a connection lasts whose request was answered before all of it had come.
    package var farewell = Duration.seconds(5)
    /// Event streams of one session.
    package var eventStreams = 10
    /// An event stream says something at least this often, so that its end is seen.
    package var heartbeat = Duration.seconds(25)
    /// Messages of one action, all of its conversations counted (below `FormFields.limit`, as Undo names them), of one page of a
    /// list, and of a search.
    package var messagesPerAction = 4_000
    package var page = 50
    package var found = 200
    /// Messages of an open conversation that are shown, the latest ones.
    package var conversation = 200
    /// Messages of a conversation that are opened with it, and octets of all of them; the one that was asked for is in any case.
    package var openedMessages = 10
    package var openedOctets = 32 << 20
    /// Octets of text shown in a page, and of HTML shown in a frame; pieces of text of one message.
    package var shownText = 1 << 20
    package var shownHTML = 4 << 20
    package var shownTexts = 50
    /// Octets of a header that are shown.
    package var shownHeader = 256 << 10
    /// Octets of a message in memory at a time: parts are found, shown and saved piece by piece.
    package var piece = 256 << 10
    /// Messages whose structure is remembered; one with more parts, or more octets of header fields, is not.
    package var structures = 256
    package var structureParts = 100
    package var structureHeader = 64 << 10
    /// Messages in Sent, the newest ones, whose recipients are suggested.
    package var correspondence = 200
    /// Suggestions of people.
    package var suggestions = 8
    /// How long a message that was sent can be taken back.
    package var undo = Duration.seconds(10)
    /// Octets of a search.
    package var query = 1_000

    package init() {}
}
