internal import CSQLite

extension Connection {
    /// Copies the whole database into `destination` while others go on using it (sqlite3 "Online Backup API").
    ///
    /// One state of the database is copied. The copy is a single file without a log.
    package func copy(to destination: Connection) throws(SQLError) {
        guard let backup = unsafe sqlite3_backup_init(destination.database.pointer, "main", database.pointer, "main") else {
            throw unsafe SQLError(code: sqlite3_errcode(destination.database.pointer), connection: destination.database.pointer)
        }
        let code = unsafe sqlite3_backup_step(backup, -1)
        let finished = unsafe sqlite3_backup_finish(backup)
        guard code == SQLITE_DONE else { throw destination.database.failure(code) }
        try destination.database.check(finished)
    }
}
