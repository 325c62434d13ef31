internal import SQL

extension Mailbox {
    /// Puts on disk what was filed: files, their folders, then the log that names them.
    ///
    /// - Throws: what failed; everything stays to be flushed, but the process must not believe a second try: the kernel may
    ///   have dropped what it could not write.
    func flush() throws {
        try files.sync(unflushed.files)
        var folders = unflushed.folders
        // The log was made when the database was opened.
        if unflushed.log, !durableFolders.contains(paths.folder) { folders.insert(paths.folder) }
        try files.sync(folders.sorted())
        if unflushed.log { try files.syncOctets(paths.log) }
        durableFolders.formUnion(folders)
        unflushed = Unflushed()
        unlinkOrLeaveDoomed()
    }
}
