package import MIME
package import Mail

/// A message as a list shows it.
package struct MessageListing: Sendable {
    package let id: MessageID
    package let folder: FolderID
    package let uid: UID
    package let modSequence: ModSequence
    package let flags: SystemFlags
    package let tags: [Tag]
    /// When it came, in seconds since 1970 (`INTERNALDATE`).
    package let received: Int64
    /// What its Date field says; nil without one.
    package let sent: DateTime?
    package let from: [HeaderAddress]
    package let to: [HeaderAddress]
    package let subject: String
    package let preview: String
    package let size: Int
    package let hasAttachments: Bool
    package let priority: MessageSummary.Priority
    package let thread: ThreadID
    /// The user's own words on it (F118); nil without any.
    package let comment: String?
}

/// A thread as a folder's list shows it: one row.
package struct ThreadListing: Sendable {
    package let thread: ThreadID
    /// Messages of the thread in this folder, and how many of them are unread.
    package let messages: Int
    package let unread: Int
    /// The one that came last in this folder.
    package let latest: MessageListing
    /// The latest ones, `latest` first; at most 8.
    package let recent: [MessageListing]
    /// Senders, the latest first, each once; at most 5.
    package let participants: [HeaderAddress]
}

package struct ThreadPage: Sendable {
    package let rows: [ThreadListing]
    package let next: ListCursor?
    package let previous: ListCursor?
}

/// A message of an open thread.
package struct ThreadedMessage: Sendable {
    package let message: MessageListing
    /// 0 for what answers nothing of the thread.
    package let depth: Int
}

/// All that is known of a message without its file.
package struct MessageDetail: Sendable {
    package let listing: MessageListing
    package let headerSize: Int
    package let sender: [HeaderAddress]
    package let replyTo: [HeaderAddress]
    package let cc: [HeaderAddress]
    package let bcc: [HeaderAddress]
    /// Without angle brackets.
    package let messageID: String?
    package let inReplyTo: [String]
    package let references: [String]
    package let attachments: [Attachment]
    /// Where a receipt is asked for.
    package let receiptTo: [HeaderAddress]
    package let listID: String?
}

/// A label that the account knows.
package struct TagDefinition: Sendable, Hashable {
    package let tag: Tag
    /// As the user wrote it.
    package let title: String
    /// Six hexadecimal digits in lower case.
    package let color: String

    /// The color of a tag that a client brought.
    static let defaultColor = "6b7280"

    package init(tag: Tag, title: String, color: String) {
        (self.tag, self.title, self.color) = (tag, title, color)
    }
}

/// What an account holds. Copies count each.
package struct Usage: Sendable, Hashable {
    package let octets: Int
    package let messages: Int
}
