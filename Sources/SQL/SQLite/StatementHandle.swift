internal import CSQLite
internal import NIOCore

/// Owns a prepared statement and finalizes it.
@safe struct StatementHandle: ~Copyable {
    let pointer: OpaquePointer
    /// The driver's index of `$1`, `$2`, ...: SQLite numbers names as they first appear, libpq by their value.
    private let positions: [Int32]

    init(_ sql: String, on database: borrowing DatabaseHandle, persistent: Bool) throws(SQLError) {
        var prepared: OpaquePointer?
        let flags = persistent ? UInt32(SQLITE_PREPARE_PERSISTENT) : 0
        let code = unsafe sqlite3_prepare_v3(database.pointer, sql, -1, flags, &prepared, nil)
        try database.check(code)
        guard let statement = unsafe prepared else { throw SQLError(.misuse, "no statement in: \(sql)") }
        unsafe pointer = statement
        let count = unsafe sqlite3_bind_parameter_count(statement)
        positions = (0..<count).map { number in unsafe sqlite3_bind_parameter_index(statement, "$\(number + 1)") }
    }

    deinit { unsafe sqlite3_finalize(pointer) }

    borrowing func bind(_ values: [SQLValue]) throws(SQLError) {
        guard values.count == positions.count else {
            throw SQLError(.misuse, "\(values.count) values for \(positions.count) parameters: \(text)")
        }
        for (value, position) in zip(values, positions) {
            let code = bind(value, at: position)
            guard code == SQLITE_OK else { throw unsafe SQLError(code: code, connection: sqlite3_db_handle(pointer)) }
        }
    }

    private borrowing func bind(_ value: SQLValue, at position: Int32) -> Int32 {
        let statement = unsafe pointer
        switch value {
        case .null:
            return unsafe sqlite3_bind_null(statement, position)
        case .integer(let number):
            return unsafe sqlite3_bind_int64(statement, position, number)
        case .real(let number):
            return unsafe sqlite3_bind_double(statement, position, number)
        case .text(var text):
            return text.withUTF8 { octets in
                unsafe malaposta_sqlite3_bind_text(
                    statement, position, octets.baseAddress.map { unsafe UnsafeRawPointer($0) } ?? Self.nothing,
                    UInt64(octets.count))
            }
        case .utf8(let buffer):
            return unsafe buffer.withUnsafeReadableBytes { octets in
                unsafe malaposta_sqlite3_bind_text(
                    statement, position, octets.baseAddress.map { unsafe UnsafeRawPointer($0) } ?? Self.nothing,
                    UInt64(octets.count))
            }
        case .octets(let buffer):
            return unsafe buffer.withUnsafeReadableBytes { octets in
                unsafe malaposta_sqlite3_bind_blob(
                    statement, position, octets.baseAddress.map { unsafe UnsafeRawPointer($0) } ?? Self.nothing,
                    UInt64(octets.count))
            }
        }
    }

    /// An address for empty values: without one SQLite would take them for null.
    private static var nothing: UnsafeRawPointer { unsafe UnsafeRawPointer(bitPattern: 16).unsafelyUnwrapped }

    /// Whether there is a row.
    borrowing func step() throws(SQLError) -> Bool {
        switch unsafe sqlite3_step(pointer) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw unsafe SQLError(code: code, connection: sqlite3_db_handle(pointer))
        }
    }

    /// Ready for its next use; what was bound is let go, so that no large value stays in memory.
    borrowing func reset() {
        unsafe sqlite3_reset(pointer)
        unsafe sqlite3_clear_bindings(pointer)
    }

    borrowing func takeVirtualSteps() -> Int { Int(unsafe sqlite3_stmt_status(pointer, SQLITE_STMTSTATUS_VM_STEP, 1)) }

    private var text: String { unsafe sqlite3_sql(pointer).map { unsafe String(cString: $0) } ?? "" }
}

/// A statement in the cache.
final class CachedStatement {
    let handle: StatementHandle
    var isInUse = false
    var lastUse = 0

    init(_ sql: String, on database: borrowing DatabaseHandle, persistent: Bool) throws(SQLError) {
        handle = try StatementHandle(sql, on: database, persistent: persistent)
    }
}
