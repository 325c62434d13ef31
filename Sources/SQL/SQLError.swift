/// Why a database refused.
package struct SQLError: Error, Sendable, CustomStringConvertible {
    package enum Kind: Sendable, Hashable {
        /// Another connection holds the lock for longer than the busy timeout: trying again may help.
        case busy
        /// A constraint of the schema: a key that is there already, a value that may not be.
        case constraint
        /// The disk is full.
        case full
        /// The file cannot be opened, or may not be written.
        case cannotOpen
        /// Reading or writing failed.
        case inputOutput
        /// A flush to the disk failed: what is on it is not known, and no second try would tell.
        case flushFailed
        /// The file is no database, or a damaged one.
        case damaged
        /// The schema is newer than this program.
        case newerSchema(Int)
        /// A mistake of ours: bad SQL, a missing parameter, a column of another type.
        case misuse
    }

    package let kind: Kind
    /// For the log; never for a peer.
    package let message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    package var description: String { "\(kind): \(message)" }
}
