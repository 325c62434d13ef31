internal import Logging
internal import Mail

/// What is done for, and said of, what cannot be read or written.
extension Rewriting {
    /// Writes anew what can be read of an account without its database, so that a rebuild finds it: its message files by their
    /// names, and its log.
    ///
    /// - Throws: where the disk cannot be written or flushed, after all.
    mutating func rewriteFiles(of id: AccountID) throws {
        let paths = MailboxPaths(root: options.root, account: id)
        let folders = files.entries(paths.messages).map { "\(paths.messages)/\($0)" }
        for fault in ([paths.messages] + folders).compactMap(files.listFault) { tellOfMessages(fault, in: id) }
        for name in folders.lazy.flatMap(files.entries).compactMap({ BlobName(fileName: $0) }) where name.seconds >= since {
            try rewriteMessage(name, of: id)
        }
        if files.exists(paths.log), [paths.lock, paths.log].allSatisfy({ files.fault(of: $0) == nil }) {
            // The web worker may have the account open, and write.
            try AccountLock(path: paths.lock, files: files).waitAlone { try files.rewrite(paths.log) }
        }
        try files.syncFileSystem(of: files.listFault(paths.folder) == nil ? paths.folder : options.root)
    }

    func tell(of fault: AccountFault, in id: AccountID) {
        logger.error(
            """
            an account cannot be used and is passed over after a failed flush: what it acknowledged in the hour before that and \
            since may be lost with a power cut; 'malaposta store check' says more, and 'malaposta store rebuild' mends what is damaged
            """, metadata: ["account": "\(id)", "file": "\(fault.path)", "cause": "\(fault.cause)"])
    }

    /// A message file, or a folder of them.
    func tellOfMessages(_ fault: FileError, in id: AccountID) {
        logger.error(
            """
            what cannot be read or written of an account's messages is passed over after a failed flush: it is lost where the disk \
            does not give it back; once the file is removed, 'malaposta store rebuild' forgets it, and 'malaposta restore' asks a \
            backup
            """, metadata: ["account": "\(id)", "file": "\(fault.path)", "cause": "\(fault)"])
    }

    func tellOfShelf(_ fault: FileError) {
        logger.error(
            """
            a folder of accounts cannot be read and is passed over after a failed flush: what they acknowledged in the hour \
            before that and since may be lost with a power cut; see the kernel's log, and have the file system checked
            """, metadata: ["file": "\(fault.path)", "cause": "\(fault)"])
    }
}
