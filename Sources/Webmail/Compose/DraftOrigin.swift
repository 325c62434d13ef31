internal import MIME
internal import Mail
internal import Store

/// What a draft answers or forwards, as a field of the draft says it, so that the source is marked when the draft is sent, however
/// late, and wherever it was resumed (F7, F8). It is never in what is sent.
///
/// A forward has no In-Reply-To, and what is answered may have no Message-ID, so the field names the message by its number here;
/// the Message-ID tells whether the number still means it.
struct DraftOrigin: Equatable {
    static let field = "X-Malaposta-Origin"

    let isForward: Bool
    let source: Int64
    /// Without angle brackets; nil for a source without one.
    let messageID: String?

    init(isForward: Bool, source: Int64, messageID: String?) {
        (self.isForward, self.source, self.messageID) = (isForward, source, messageID)
    }

    /// Nil for what is no such field's value.
    init?(_ text: String) {
        let words = text.split(separator: " ", maxSplits: 2).map(String.init)
        guard words.count >= 2, ["forward", "reply"].contains(words[0]), let source = Int64(words[1]) else { return nil }
        self.init(isForward: words[0] == "forward", source: source, messageID: words.count > 2 ? words[2] : nil)
    }

    var text: String {
        "\(isForward ? "forward" : "reply") \(source)" + (messageID.map { " \($0)" } ?? "")
    }
}

extension DraftOrigin {
    /// Of what is written; nil for a new message, and where the source is gone.
    init?(_ written: Written, in account: Account) async throws {
        guard let source = written.source, let detail = try await account.message(MessageID(source)) else { return nil }
        self.init(isForward: written.kind == .forward, source: source, messageID: detail.messageID)
    }

    /// Of a draft, where its source is still there.
    init?(draft: Header, in account: Account) async throws {
        guard let text = draft.text(FieldName(Self.field)), let origin = DraftOrigin(text.trimmed),
            let detail = try await account.message(MessageID(origin.source)), detail.messageID == origin.messageID
        else { return nil }
        self = origin
    }
}
