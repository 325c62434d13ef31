internal import SQL

/// Why one account cannot be read or written, while the disk takes what is written: a file of it that the disk does not give back
/// or that is another user's, or a database that is damaged or of a newer program.
struct AccountFault {
    let path: String
    let cause: String

    private init(_ path: String, _ cause: String) { (self.path, self.cause) = (path, cause) }

    /// Nil where the error says something else: that the disk cannot be written or flushed or is full, that somebody is in the way.
    ///
    /// SQLite says of a failed read neither the file nor, as its errors reach us, that it was a read. So the files are read to
    /// their ends; the account's connections must be closed, for whoever closes a file gives up SQLite's locks on it (fcntl(2)).
    init?(_ error: any Error, _ paths: MailboxPaths, _ files: FileSystem) {
        switch StoreError(error) {
        case .damaged(let cause): self.init(paths.database, cause)
        case .newerSchema: self.init(paths.database, "it is of a newer version of this program")
        default:
            guard let fault = Self.fileFault(error, paths, files) else { return nil }
            self.init(fault.path, "\(fault)")
        }
    }

    private static func fileFault(_ error: any Error, _ paths: MailboxPaths, _ files: FileSystem) -> FileError? {
        switch error {
        case let error as FileError where error.isOfReading: return error
        case let error as FileError where error.call != "open": return nil
        case let error as SQLError where error.kind != .inputOutput && error.kind != .cannotOpen: return nil
        case is FileError, is SQLError:
            return [paths.database, paths.log, paths.sharedMemory, paths.lock].lazy.compactMap { files.fault(of: $0) }.first
        default: return nil
        }
    }
}
