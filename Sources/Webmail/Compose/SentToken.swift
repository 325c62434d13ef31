internal import Mail
internal import Store

/// What takes a message back: its place in the queue, its draft, and what it marked. It comes from a page, so it is checked against the
/// visitor.
struct SentToken {
    let queue: String
    let account: AccountID
    let mailbox: String
    let draft: String?
    let mark: Mark?

    /// A message that says that it was answered or forwarded since this was sent.
    struct Mark: Equatable {
        let message: MessageID
        let isForward: Bool

        var flag: SystemFlags { isForward ? .forwarded : .answered }

        fileprivate var text: String { "\(isForward ? "f" : "a")\(message)" }

        fileprivate init?(_ text: String) {
            guard let kind = text.first, "af".contains(kind), let number = Int64(text.dropFirst()) else { return nil }
            self.init(message: MessageID(number), isForward: kind == "f")
        }

        init(message: MessageID, isForward: Bool) { (self.message, self.isForward) = (message, isForward) }
    }

    init(queue: String, account: AccountID, mailbox: String, draft: String?, mark: Mark?) {
        (self.queue, self.account, self.mailbox, self.draft, self.mark) = (queue, account, mailbox, draft, mark)
    }

    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 5, let account = AccountID(hex: parts[1]), !parts[0].isEmpty, parts[0].utf8.count < 100 else {
            return nil
        }
        self.init(
            queue: parts[0], account: account, mailbox: parts[2], draft: parts[3].isEmpty ? nil : parts[3], mark: Mark(parts[4]))
    }

    var text: String { "\(queue).\(account.hex).\(mailbox).\(draft ?? "").\(mark?.text ?? "")" }
}
