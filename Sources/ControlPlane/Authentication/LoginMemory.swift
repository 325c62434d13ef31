internal import Directory
internal import Logging
internal import NIOPosix
internal import SQL
internal import ServiceLifecycle

/// Keeps failures of log-ins beyond a restart, in a database of its own: written often, never waited for, and no loss where the
/// last seconds are missing, so that control.db is spared both.
actor LoginMemory {
    /// How often it is written where something has changed.
    static let pause: Duration = .seconds(20)

    private static let pool: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: 1)
        pool.start()
        return pool
    }()

    private let lane = Lane(pool: LoginMemory.pool)
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe lane.asUnownedSerialExecutor() }

    private let path: String
    private let now: @Sendable () -> Int64
    private let logger: Logger
    private var open: Connection?
    private var written: [LoginThrottle.Memory] = []

    /// - Parameter now: seconds since 1970.
    init(_ folders: HostFolders, now: @escaping @Sendable () -> Int64, logger: Logger) {
        path = "\(folders.control)/logins.db"
        self.now = now
        self.logger = logger
    }

    /// Gives the service what was remembered, and writes what changes until the program stops.
    func keep(_ service: AuthenticationService) async {
        do { await service.take(try read()) } catch {
            logger.warning("failed log-ins before this start are forgotten", metadata: ["cause": "\(error)"])
        }
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: Self.pause)) != nil { await self.write(await service.memories()) }
        }
        write(await service.memories())
    }

    private func database() throws -> Connection {
        if let open { return open }
        let database = try Connection(path: path)
        try Disk.setMode(path, 0o600)
        try database.run("PRAGMA journal_mode=DELETE")
        try database.run("PRAGMA synchronous=OFF")
        try database.migrate([Migration(version: 1, script: Self.schema)])
        open = database
        return database
    }

    /// `last` in seconds since 1970.
    private static let schema = """
        CREATE TABLE failures (client OCTETS, login TEXT, failures BIGINT NOT NULL, last BIGINT NOT NULL);
        """

    func read() throws -> [LoginThrottle.Memory] {
        let present = now()
        return try database().all("SELECT client, login, failures, last FROM failures") { row in
            LoginThrottle.Memory(
                client: NetworkPrefix(octets: row.octets(0)), login: row.optionalText(1), failures: Int(row.integer(2)),
                age: .seconds(max(0, present - row.integer(3))))
        }
    }

    func write(_ memories: [LoginThrottle.Memory]) {
        // Ages alone change nothing.
        let fresh = memories.map { memory in
            var memory = memory
            memory.age = .zero
            return memory
        }
        guard fresh != written else { return }
        let present = now()
        do {
            let database = try database()
            try database.transaction {
                try database.run("DELETE FROM failures")
                for memory in memories {
                    try database.run(
                        "INSERT INTO failures (client, login, failures, last) VALUES ($1, $2, $3, $4)",
                        memory.client.map { SQLValue.octets($0.octets) } ?? .null, .text(orNull: memory.login),
                        .integer(Int64(memory.failures)), .integer(present - memory.age.components.seconds))
                }
            }
            written = fresh
        } catch {
            logger.warning("failed log-ins cannot be noted", metadata: ["cause": "\(error)"])
        }
    }
}
