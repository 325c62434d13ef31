internal import CSQLite

/// A connection to a database, used by one thread at a time; its calls wait for the disk.
///
/// Parameters are written `$1`, `$2`, ... as libpq has them. Statements are prepared once and kept.
package final class Connection {
    package enum Mode: Sendable, Hashable {
        /// Makes the file where there is none.
        case create
        case readWrite
        case readOnly
        /// A file that nobody ever changes again: no locks, no look at a journal.
        case immutable
        /// A database of this connection alone, gone with it: in memory while it is small, then in a file that nobody else sees.
        /// The path is of no matter.
        case temporary
    }

    let database: DatabaseHandle
    let log = LogLength()
    /// Whether a transaction is open.
    package private(set) var isInTransaction = false
    private var statements: [String: CachedStatement] = [:]
    private var uses = 0

    /// Statements kept ready.
    private static let cacheLimit = 200

    /// - Parameter busyTimeout: how long a statement waits for another connection's lock.
    /// - Throws: `.cannotOpen`, `.damaged`.
    package init(path: String, mode: Mode = .create, busyTimeout: Duration = .seconds(5)) throws(SQLError) {
        switch mode {
        case .create: database = try DatabaseHandle(path: path, flags: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
        case .readWrite: database = try DatabaseHandle(path: path, flags: SQLITE_OPEN_READWRITE)
        case .readOnly: database = try DatabaseHandle(path: path, flags: SQLITE_OPEN_READONLY)
        case .immutable:
            database = try DatabaseHandle(path: Self.immutable(path), flags: SQLITE_OPEN_READONLY | SQLITE_OPEN_URI)
        case .temporary:
            database = try DatabaseHandle(path: "", flags: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI)
        }
        let milliseconds = busyTimeout.components.seconds * 1_000 + busyTimeout.components.attoseconds / 1_000_000_000_000_000
        unsafe sqlite3_busy_timeout(database.pointer, Int32(clamping: milliseconds))
        try database.check(unsafe malaposta_sqlite3_switch(database.pointer, SQLITE_DBCONFIG_DEFENSIVE, 1))
        try database.check(unsafe malaposta_sqlite3_switch(database.pointer, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0))
    }

    deinit {
        // Statements go before the connection that they belong to.
        statements.removeAll()
    }

    /// Runs a statement that has no rows to give.
    ///
    /// - Returns: how many rows it changed.
    @discardableResult
    package func run(_ sql: String, _ values: SQLValue...) throws(SQLError) -> Int { try run(sql, values: values) }

    @discardableResult
    package func run(_ sql: String, values: [SQLValue]) throws(SQLError) -> Int {
        let statement = try statement(sql)
        defer { finish(statement) }
        try statement.handle.bind(values)
        while try statement.handle.step() {}
        return Int(unsafe sqlite3_changes64(database.pointer))
    }

    /// Calls `body` with each row, in order. `body` may use the connection.
    package func forEach(_ sql: String, _ values: SQLValue..., body: (borrowing Row) throws -> Void) throws {
        try forEach(sql, values: values, body: body)
    }

    package func forEach(_ sql: String, values: [SQLValue], body: (borrowing Row) throws -> Void) throws {
        let statement = try statement(sql)
        defer { finish(statement) }
        try statement.handle.bind(values)
        while try statement.handle.step() { try body(Row(statement.handle)) }
    }

    /// The rows, made into values.
    package func all<Value>(_ sql: String, _ values: SQLValue..., read: (borrowing Row) throws -> Value) throws -> [Value] {
        try all(sql, values: values, read: read)
    }

    package func all<Value>(_ sql: String, values: [SQLValue], read: (borrowing Row) throws -> Value) throws -> [Value] {
        var result: [Value] = []
        try forEach(sql, values: values) { row in try result.append(read(row)) }
        return result
    }

    /// The first row, made into a value; nil where there is none.
    package func first<Value>(_ sql: String, _ values: SQLValue..., read: (borrowing Row) throws -> Value) throws -> Value? {
        try first(sql, values: values, read: read)
    }

    package func first<Value>(_ sql: String, values: [SQLValue], read: (borrowing Row) throws -> Value) throws -> Value? {
        let statement = try statement(sql)
        defer { finish(statement) }
        try statement.handle.bind(values)
        guard try statement.handle.step() else { return nil }
        return try read(Row(statement.handle))
    }

    /// Runs statements without parameters, separated by semicolons; for schemas and settings.
    package func execute(_ script: String) throws(SQLError) {
        try database.check(unsafe sqlite3_exec(database.pointer, script, nil, nil, nil))
    }

    /// Runs `body` in a transaction that holds the right to write from its beginning; all of it stands, or nothing.
    ///
    /// - Throws: `.busy` after the busy timeout; what `body` throws, with everything undone.
    package func transaction<Result>(_ body: () throws -> Result) throws -> Result {
        try inTransaction("BEGIN IMMEDIATE", body)
    }

    /// Runs `body` on one state of the database, whatever others write meanwhile.
    package func snapshot<Result>(_ body: () throws -> Result) throws -> Result { try inTransaction("BEGIN", body) }

    private func inTransaction<Result>(_ begin: String, _ body: () throws -> Result) throws -> Result {
        guard !isInTransaction else { return try body() }
        try run(begin)
        isInTransaction = true
        defer { isInTransaction = false }
        do {
            let result = try body()
            try run("COMMIT")
            return result
        } catch {
            // Some errors have ended the transaction already.
            if unsafe sqlite3_get_autocommit(database.pointer) == 0 { try? execute("ROLLBACK") }
            throw error
        }
    }

    /// Runs `body` while the tables of another file, which nobody ever changes again, can be read as `name.table`. For a
    /// connection to a temporary database, outside of a transaction.
    package func attaching<Result>(_ path: String, as name: String, _ body: () throws -> Result) throws -> Result {
        try run("ATTACH $1 AS \(name)", .text(Self.immutable(path)))
        defer { _ = try? run("DETACH \(name)") }
        return try body()
    }

    private func statement(_ sql: String) throws(SQLError) -> CachedStatement {
        uses += 1
        if let cached = statements[sql] {
            // The same query inside its own rows gets a statement of its own.
            guard !cached.isInUse else { return try CachedStatement(sql, on: database, persistent: false) }
            cached.isInUse = true
            cached.lastUse = uses
            return cached
        }
        let made = try CachedStatement(sql, on: database, persistent: true)
        made.isInUse = true
        made.lastUse = uses
        if statements.count >= Self.cacheLimit { forgetOldest() }
        statements[sql] = made
        return made
    }

    private func finish(_ statement: CachedStatement) {
        virtualSteps += statement.handle.takeVirtualSteps()
        statement.handle.reset()
        statement.isInUse = false
    }

    private func forgetOldest() {
        guard let oldest = statements.filter({ !$0.value.isInUse }).min(by: { $0.value.lastUse < $1.value.lastUse }) else {
            return
        }
        statements[oldest.key] = nil
    }

    /// Steps of SQLite's virtual machine taken by this connection's statements: what a query costs, whatever the machine's load.
    package var virtualSteps = 0

    private static func immutable(_ path: String) -> String { "file:\(escaped(path))?immutable=1&mode=ro" }

    /// `path` for a URI (sqlite3 "URI filenames"): `?`, `#` and `%` escaped.
    private static func escaped(_ path: String) -> String {
        var result = ""
        for scalar in path.unicodeScalars {
            switch scalar {
            case "%": result += "%25"
            case "?": result += "%3f"
            case "#": result += "%23"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
