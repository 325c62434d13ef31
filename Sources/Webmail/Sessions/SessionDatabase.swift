internal import Mail
internal import NIOPosix
internal import SQL

/// Sessions on disk, so that a restart logs nobody out.
actor SessionDatabase {
    private static let migrations = [
        Migration(
            version: 1,
            script: """
                CREATE TABLE sessions (id TEXT PRIMARY KEY, account TEXT NOT NULL, csrf TEXT NOT NULL,
                created BIGINT NOT NULL, used BIGINT NOT NULL) CLUSTERED
                """)
    ]

    private nonisolated let lane: Lane
    private let path: String
    private var connection: Connection?

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe lane.asUnownedSerialExecutor() }

    init(path: String, pool: NIOThreadPool) {
        self.path = path
        lane = Lane(pool: pool)
    }

    private func open() throws -> Connection {
        if let connection { return connection }
        let opened = try Connection(path: path)
        try opened.migrate(Self.migrations)
        connection = opened
        return opened
    }

    func all() throws -> [WebSession] {
        try open().all("SELECT id, account, csrf, created, used FROM sessions") { row -> WebSession? in
            guard let account = AccountID(hex: row.text(1)) else { return nil }
            return WebSession(id: row.text(0), account: account, csrf: row.text(2), created: row.integer(3), used: row.integer(4))
        }.compactMap { $0 }
    }

    func insert(_ session: WebSession) throws {
        try open().run(
            "INSERT INTO sessions (id, account, csrf, created, used) VALUES ($1, $2, $3, $4, $5)", .text(session.id),
            .text(session.account.hex), .text(session.csrf), .integer(session.created), .integer(session.used))
    }

    func touch(_ id: String, used: Int64) throws {
        try open().run("UPDATE sessions SET used = $2 WHERE id = $1", .text(id), .integer(used))
    }

    func delete(_ ids: [String]) throws {
        let connection = try open()
        try connection.transaction { for id in ids { try connection.run("DELETE FROM sessions WHERE id = $1", .text(id)) } }
    }
}
