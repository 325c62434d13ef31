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
                """),
        // How a session has sorted its lists (F30), and which revocations came before it.
        Migration(
            version: 2,
            script: """
                ALTER TABLE sessions ADD COLUMN since BIGINT NOT NULL DEFAULT 0;
                CREATE TABLE orders (session TEXT NOT NULL, place TEXT NOT NULL, chosen TEXT NOT NULL,
                PRIMARY KEY (session, place)) CLUSTERED
                """),
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
        try open().all("SELECT id, account, csrf, created, used, since FROM sessions") { row -> WebSession? in
            guard let account = AccountID(hex: row.text(1)) else { return nil }
            return WebSession(
                id: row.text(0), account: account, csrf: row.text(2), created: row.integer(3), used: row.integer(4),
                since: row.integer(5))
        }.compactMap { $0 }
    }

    /// By session and place.
    func orders() throws -> [(session: String, place: String, chosen: ChosenOrder)] {
        try open().all("SELECT session, place, chosen FROM orders") {
            row -> (session: String, place: String, chosen: ChosenOrder)? in
            guard let chosen = ChosenOrder(text: row.text(2)) else { return nil }
            return (session: row.text(0), place: row.text(1), chosen: chosen)
        }.compactMap { $0 }
    }

    /// Nil forgets it.
    func setOrder(_ chosen: ChosenOrder?, of place: String, in session: String) throws {
        let connection = try open()
        try connection.transaction {
            try connection.run("DELETE FROM orders WHERE session = $1 AND place = $2", .text(session), .text(place))
            guard let chosen else { return }
            try connection.run(
                "INSERT INTO orders (session, place, chosen) VALUES ($1, $2, $3)", .text(session), .text(place),
                .text(chosen.text))
        }
    }

    func insert(_ session: WebSession) throws {
        try open().run(
            "INSERT INTO sessions (id, account, csrf, created, used, since) VALUES ($1, $2, $3, $4, $5, $6)", .text(session.id),
            .text(session.account.hex), .text(session.csrf), .integer(session.created), .integer(session.used),
            .integer(session.since))
    }

    func touch(_ id: String, used: Int64) throws {
        try open().run("UPDATE sessions SET used = $2 WHERE id = $1", .text(id), .integer(used))
    }

    func delete(_ ids: [String]) throws {
        let connection = try open()
        try connection.transaction {
            for id in ids {
                try connection.run("DELETE FROM orders WHERE session = $1", .text(id))
                try connection.run("DELETE FROM sessions WHERE id = $1", .text(id))
            }
        }
    }
}
