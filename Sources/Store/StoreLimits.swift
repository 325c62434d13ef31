/// Bounds of an account that no plan raises.
package enum StoreLimits {
    package static let folderDepth = 20
    /// Octets of a folder's name.
    package static let folderName = 255
    package static let folders = 10_000
    package static let subscriptions = 20_000
    /// Different tags that an account knows, and tags on one message.
    package static let tags = 500
    package static let tagsOfMessage = 50
    /// Octets of a comment.
    package static let comment = 16_384
    package static let settings = 1_000
    /// Octets of one setting's value.
    package static let setting = 262_144
    /// Rows of a page of a list.
    package static let page = 200
    /// Messages in one call that names them one by one.
    package static let messages = 10_000
    /// Messages that are looked at, from either end of a folder, to find the first unseen one.
    package static let soughtUnseen = 1_000
    /// Octets of text of one message that the index takes.
    package static let indexedText = 1 << 20
    /// Octets at the beginning of a message that a summary's preview and the index are made of.
    package static let summaryPrefix = 4 << 20
    /// Octets of a header of which the index keeps fields, and of those that it keeps.
    package static let keptHeader = 65_536
    package static let keptFields = 8_192
    /// Messages whose threads are joined when a new message connects them.
    package static let joinedThread = 1_000
    /// Expunged UIDs that are remembered in a folder; who was away for longer compares all UIDs.
    package static let rememberedExpunges = 100_000
}
