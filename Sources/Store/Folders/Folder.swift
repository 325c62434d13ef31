package import Mail

/// A folder as it stands; its counters come from its own row, never from a count.
package struct Folder: Sendable, Hashable {
    package let id: FolderID
    package let parent: FolderID?
    package let path: FolderPath
    package var name: String { path.name }
    /// Nil for the folders that people make.
    package let use: SpecialUse?
    package let uidValidity: UIDValidity
    /// What the next message gets, or a higher one.
    package let uidNext: UID
    /// The highest mod-sequence of a change in this folder.
    package let highest: ModSequence
    package let messages: Int
    package let unseen: Int
    /// Messages with `\Deleted`.
    package let deleted: Int
    /// Octets of its messages.
    package let octets: Int
    package let subscribed: Bool
    /// Whether there are folders below it.
    package let children: Bool
}
