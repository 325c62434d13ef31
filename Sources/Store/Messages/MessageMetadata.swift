package import Mail
package import NIOCore

/// Which of the larger pieces a FETCH wants.
package struct MetadataFields: OptionSet, Sendable, Hashable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let envelope = MetadataFields(rawValue: 1)
    package static let bodyStructure = MetadataFields(rawValue: 2)
    /// BODY without extension data.
    package static let body = MetadataFields(rawValue: 4)
    /// Octets of the message itself, for `MetadataRow.appendContent`.
    package static let content = MetadataFields(rawValue: 8)
    /// Fields of the header, for `MetadataRow.keptFields`; octets of the message can be had too.
    package static let keptFields = MetadataFields(rawValue: 32)
    /// Internal date, sizes, message and thread; without it UID, mod-sequence, flags and tags alone are read.
    package static let details = MetadataFields(rawValue: 16)
}

/// What IMAP says of a message without opening its file.
package struct MessageMetadata: Sendable {
    package let message: MessageID
    package let uid: UID
    package let modSequence: ModSequence
    package let flags: SystemFlags
    package let tags: [Tag]
    /// Seconds since 1970.
    package let internalDate: Int64
    /// `RFC822.SIZE`.
    package let size: Int
    /// Octets of the header with its empty line.
    package let headerSize: Int
    /// As it stands in an answer; nil where it was not asked for.
    package let envelope: ByteBuffer?
    package let bodyStructure: ByteBuffer?
    package let body: ByteBuffer?
    package let thread: ThreadID
}

/// A message's flags, as FETCH FLAGS and a session's updates want them.
package struct MessageFlags: Sendable, Hashable {
    package let uid: UID
    package let modSequence: ModSequence
    package let flags: SystemFlags
    package let tags: [Tag]

    package init(uid: UID, modSequence: ModSequence, flags: SystemFlags, tags: [Tag]) {
        (self.uid, self.modSequence, self.flags, self.tags) = (uid, modSequence, flags, tags)
    }
}

/// What `Account.write` wrote.
package struct WrittenRows: Sendable {
    package let buffer: ByteBuffer
    /// The last message that was written; nil where none was.
    package let last: UID?
    /// The message behind it that was refused.
    package let refused: UID?
}

/// What happened in a folder since a mod-sequence.
package struct FolderChanges: Sendable {
    /// Gone since then; UIDs that the caller never saw may be among them.
    package let expunged: UIDSet
    /// Whether expunges were forgotten: the caller compares its UIDs with the folder's.
    package let expungesForgotten: Bool
    /// New or changed, in order of UID.
    package let changed: [MessageFlags]
    /// The folder's highest mod-sequence in the state that was read.
    package let folder: Folder
    package var highest: ModSequence { folder.highest }
    /// The account's highest mod-sequence in that state.
    package let highestOfAccount: ModSequence
}
