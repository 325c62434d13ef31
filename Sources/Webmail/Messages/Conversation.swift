internal import Mail
internal import Store

/// The messages that are shown with one that is opened, and which of them are open at once (F35).
struct Conversation: Sendable {
    /// The oldest first; at most `WebLimits.conversation`, and the one that was opened.
    let messages: [MessageListing]
    /// The one that was opened.
    let main: MessageID
    /// Those whose text is shown: the one that was opened, the latest, and what is unread, as far as `WebLimits` lets them.
    let opened: Set<MessageID>
    /// Whether there are older ones that are not shown.
    let isCut: Bool

    /// - Parameters:
    ///   - thread: the oldest first.
    ///   - opensMore: false where the list shows single messages, and one of them was picked.
    init(of main: MessageListing, among thread: [MessageListing], opensMore: Bool, limits: WebLimits) {
        var messages = thread.suffix(limits.conversation) as [MessageListing]
        if !messages.contains(where: { $0.id == main.id }) {
            let later = messages.firstIndex { ($0.received, $0.id.value) > (main.received, main.id.value) }
            messages.insert(main, at: later ?? messages.count)
        }
        (self.main, self.messages) = (main.id, messages)
        isCut = thread.count > limits.conversation
        var (opened, octets) = (Set([main.id]), main.size)
        let finished = opensMore ? messages.reversed().filter { !$0.flags.contains(.draft) } : []
        for message in finished.prefix(1) + finished.dropFirst().filter({ !$0.flags.contains(.seen) }) {
            guard opened.count < limits.openedMessages, octets + message.size <= limits.openedOctets else { break }
            if opened.insert(message.id).inserted { octets += message.size }
        }
        self.opened = opened
    }

    /// The messages that what is done with the open page is done with: all in the folder of a list of conversations, else the one.
    ///
    /// - Parameter folder: nil where the list shows single messages.
    func meant(in folder: FolderID?) -> [MessageListing] {
        let here = folder.map { folder in messages.filter { $0.folder == folder } } ?? []
        return here.isEmpty ? messages.filter { $0.id == main } : here
    }

    /// A piece of the conversation as it stands on the page.
    enum Piece: Sendable {
        case message(MessageListing)
        /// Read messages in a row that are one line until somebody asks for them.
        case earlier([MessageListing])
    }

    /// Closed messages in a row that are shown one by one; of more, only the first and the last.
    private static let closedInARow = 4

    var pieces: [Piece] {
        var pieces: [Piece] = []
        var closed: [MessageListing] = []
        func flush() {
            defer { closed = [] }
            guard closed.count > Self.closedInARow, let first = closed.first, let last = closed.last else {
                return pieces += closed.map { .message($0) }
            }
            pieces += [.message(first), .earlier(closed.dropFirst().dropLast()), .message(last)]
        }
        for message in messages {
            // What is unread is never out of sight.
            if !opened.contains(message.id), message.flags.contains(.seen) {
                closed.append(message)
            } else {
                flush()
                pieces.append(.message(message))
            }
        }
        flush()
        return pieces
    }
}
