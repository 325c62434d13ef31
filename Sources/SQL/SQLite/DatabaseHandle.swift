internal import CSQLite

/// Owns a connection of libsqlite3 and closes it. Used by one thread at a time (`SQLITE_OPEN_NOMUTEX`).
@safe struct DatabaseHandle: ~Copyable {
    let pointer: OpaquePointer

    /// The library counts no memory: each allocation would take one lock for all threads. Nobody here asks for the counts.
    private static let withoutMemoryCounts = malaposta_sqlite3_library_switch(SQLITE_CONFIG_MEMSTATUS, 0)

    init(path: String, flags: Int32) throws(SQLError) {
        _ = Self.withoutMemoryCounts
        var opened: OpaquePointer?
        let code = unsafe sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard code == SQLITE_OK, let handle = unsafe opened else {
            let error = unsafe SQLError(code: code, connection: opened)
            // Even a failed opening hands out a handle that wants closing.
            unsafe sqlite3_close_v2(opened)
            throw error
        }
        unsafe pointer = handle
    }

    deinit { unsafe sqlite3_close_v2(pointer) }

    borrowing func check(_ code: Int32) throws(SQLError) {
        guard code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE else { throw failure(code) }
    }

    borrowing func failure(_ code: Int32) -> SQLError { unsafe SQLError(code: code, connection: pointer) }
}

extension SQLError {
    /// - Parameter connection: where the library's own sentence is read; nil where it has none.
    init(code: Int32, connection: OpaquePointer?) {
        let sentence = unsafe connection.map { unsafe String(cString: sqlite3_errmsg($0)) }
        let general = unsafe String(cString: sqlite3_errstr(code))
        self.init(Self.kind(of: code), "\(sentence ?? general) (\(code))")
    }

    /// SQLITE_IOERR_FSYNC and SQLITE_IOERR_DIR_FSYNC, whose macros do not come through.
    private static let failedFlushes: Set<Int32> = [SQLITE_IOERR | 4 << 8, SQLITE_IOERR | 5 << 8]

    private static func kind(of code: Int32) -> Kind {
        if failedFlushes.contains(code) { return .flushFailed }
        return switch code & 0xff {
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL: .busy
        case SQLITE_CONSTRAINT: .constraint
        case SQLITE_FULL: .full
        case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_READONLY, SQLITE_AUTH: .cannotOpen
        case SQLITE_IOERR, SQLITE_NOMEM, SQLITE_NOLFS: .inputOutput
        case SQLITE_CORRUPT, SQLITE_NOTADB: .damaged
        default: .misuse
        }
    }
}
