package import Directory
internal import Mail
package import Store

/// Who asks: a session with its account as the directory has it now.
package struct Visitor: Sendable {
    package let session: WebSession
    package let account: DirectoryAccount
    package let words: Words
    package let clock: CivilClock
    /// `light`, `dark`, or nil to follow the system.
    package let theme: String?
}

/// A mailbox that a visitor opened: the own one, or one shared with them.
package struct OpenMailbox: Sendable {
    /// In addresses: `me`, or the shared account's id.
    package let name: String
    package let account: Account
    package let directory: DirectoryAccount
    package let rights: SharedRights

    package var isOwn: Bool { name == "me" }

    package func path(_ folder: FolderID) -> String { "/mail/\(name)/\(folder)" }
    package func path(_ folder: FolderID, _ message: MessageID) -> String { "/mail/\(name)/\(folder)/\(message)" }
    /// Of a message's parts, source and HTML.
    package func path(message: MessageID) -> String { "/message/\(name)/\(message)" }
}
