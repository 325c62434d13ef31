/// What a fixed folder is for (F65; RFC 6154 where it has an attribute).
package enum SpecialUse: String, Hashable, Sendable, CaseIterable, Codable {
    case inbox, drafts, sent, templates, spam, trash

    /// The folder's name in the store and in IMAP.
    package var name: String {
        switch self {
        case .inbox: "INBOX"
        case .drafts: "Drafts"
        case .sent: "Sent"
        case .templates: "Templates"
        case .spam: "Spam"
        case .trash: "Trash"
        }
    }
}
