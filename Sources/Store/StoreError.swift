internal import SQL

/// Why the store refused. Nothing is changed where an error is thrown, unless a call says otherwise.
package enum StoreError: Error, Sendable, Equatable {
    case noSuchFolder
    case folderExists
    /// A fixed folder, a place where no folder may be, a name that cannot be.
    case folderNotAllowed(FolderRefusal)
    case noSuchMessage
    /// Octets in use, and octets allowed.
    case overQuota(used: Int, limit: Int)
    /// A limit of `StoreLimits`, by its name.
    case tooMany(String)
    /// Somebody else writes; trying again may help.
    case busy
    /// The disk or the database does not work now. The cause is for the log.
    case unavailable(cause: String)
    /// The account's schema is newer than this program, or waits to be taken to a newer one by the mail worker.
    case newerSchema
    /// The database is damaged; `store rebuild` mends it. The cause is for the log.
    case damaged(cause: String)
}

/// Why a folder cannot be made, moved, renamed or deleted.
package enum FolderRefusal: String, Error, Sendable, Hashable {
    /// Inbox, Sent, Trash, Drafts, Templates and Spam stay as they are.
    case fixed
    /// Sent and Spam have no folders below them.
    case noFoldersHere
    /// Empty, longer than 255 octets, or with a control character.
    case badName
    /// Deeper than 20 levels.
    case tooDeep
    /// A folder cannot be moved below itself.
    case insideItself
}

extension StoreError {
    init(_ error: SQLError) {
        switch error.kind {
        case .busy: self = .busy
        case .damaged: self = .damaged(cause: error.description)
        case .newerSchema: self = .newerSchema
        default: self = .unavailable(cause: error.description)
        }
    }

    init(_ error: any Error) {
        switch error {
        case let error as StoreError: self = error
        case let error as SQLError: self.init(error)
        default: self = .unavailable(cause: String(describing: error))
        }
    }

    /// Runs `body` and makes whatever it throws a `StoreError`.
    static func wrapping<Result>(_ body: () throws -> Result) throws(StoreError) -> Result {
        do { return try body() } catch { throw StoreError(error) }
    }
}
