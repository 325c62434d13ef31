internal import SQL

extension Mailbox {
    /// Puts on disk what was filed: files, their folders, then the log that names them.
    ///
    /// - Throws: what failed; everything stays to be flushed, but the process must not believe a second try: the kernel may
    ///   have dropped what it could not write.
    func flush() throws {
        for path in unflushed.files { try files.sync(path) }
        for folder in unflushed.folders.sorted() { try files.sync(folder) }
        if unflushed.log {
            try files.sync(paths.log)
            try files.sync(paths.folder)
        }
        durableFolders.formUnion(unflushed.folders)
        unflushed = Unflushed()
        unlinkOrLeaveDoomed()
    }
}
