import Foundation
import NIOPosix
import Synchronization
import Testing

@testable import SQL

@Suite("Migrations, logs and copies") struct MigrationTests {
    let folder: ScratchFolder
    let database: Connection

    init() throws {
        folder = try ScratchFolder()
        database = try Connection(path: folder.path + "/a.db")
    }

    private let first = Migration(version: 1, script: "CREATE TABLE a (id BIGINT NOT NULL PRIMARY KEY, b OCTETS) CLUSTERED;")
    private let second = Migration(version: 2, script: "ALTER TABLE a ADD COLUMN c TEXT;")

    @Test func runOnceAndInOrder() throws {
        try database.migrate([first])
        try database.run("INSERT INTO a (id) VALUES (1)")
        try database.migrate([first, second])
        try database.migrate([first, second])
        #expect(try database.schemaVersion() == 2)
        #expect(try database.first("SELECT COUNT(*) FROM a WHERE c IS NULL") { row in row.integer(0) } == 1)
    }

    @Test func aNewerSchemaIsRefused() throws {
        try database.migrate([first, second])
        let error = #expect(throws: SQLError.self) { try database.migrate([first]) }
        #expect(error?.kind == .newerSchema(2))
    }

    @Test func aFailedStepLeavesTheOneBefore() throws {
        let bad = Migration(version: 2, script: "CREATE TABLE c (d TEXT); SELECT nonsense;")
        #expect(throws: SQLError.self) { try database.migrate([first, bad]) }
        #expect(try database.schemaVersion() == 1)
        #expect(try !database.hasTable("c"))
    }

    @Test(arguments: [
        ("a OCTETS, b TEXT) CLUSTERED;", "a BLOB, b TEXT) WITHOUT ROWID;"),
        ("OCTETSX my_OCTETS CLUSTEREDLY", "OCTETSX my_OCTETS CLUSTEREDLY"),
    ])
    func wordsOfTheDialect(script: String, rendered: String) {
        #expect(Dialect.render(script) == rendered)
    }

    @Test func aCopyIsWholeWhileTheLogIsNot() throws {
        try database.useWriteAheadLog(checkpoints: true)
        try database.migrate([first])
        try database.run("INSERT INTO a (id) VALUES (1)")
        let copy = try Connection(path: folder.path + "/copy.db")
        try database.copy(to: copy)
        #expect(try copy.first("SELECT COUNT(*) FROM a") { row in row.integer(0) } == 1)
        #expect(try copy.integrityFaults().isEmpty)
    }

    @Test func onlyTheOneThatCheckpointsEmptiesTheLog() throws {
        try database.useWriteAheadLog(checkpoints: true)
        try database.migrate([first])
        do {
            let other = try Connection(path: folder.path + "/a.db", mode: .readWrite)
            try other.useWriteAheadLog(checkpoints: false)
            try other.run("INSERT INTO a (id) VALUES (1)")
        }
        #expect(try database.checkpoint(resets: true))
        #expect(try database.first("SELECT COUNT(*) FROM a") { row in row.integer(0) } == 1)
    }

    /// Where it cannot be opened, whatever is broken, the log may be all that is left.
    @Test(arguments: [0..<4_096, 0..<16, 16..<100, 100..<4_096]) func aBrokenDatabaseKeepsItsLog(broken: Range<Int>) throws {
        try database.useWriteAheadLog(checkpoints: true)
        try database.migrate([first])
        try database.checkpoint(resets: true)
        try database.run("INSERT INTO a (id) VALUES (1)")
        let (copy, log) = (folder.path + "/b.db", folder.path + "/b.db-wal")
        try FileManager.default.copyItem(atPath: folder.path + "/a.db", toPath: copy)
        try FileManager.default.copyItem(atPath: folder.path + "/a.db-wal", toPath: log)
        var octets = try Data(contentsOf: URL(filePath: copy))
        octets.replaceSubrange(broken, with: Data(repeating: 0xff, count: broken.count))
        try octets.write(to: URL(filePath: copy))
        let before = try Data(contentsOf: URL(filePath: log))
        do {
            let broken = try Connection(path: copy, mode: .readWrite)
            try broken.useWriteAheadLog(checkpoints: false)
            _ = try broken.first("SELECT COUNT(*) FROM a") { $0.integer(0) }
        } catch is SQLError {}
        #expect(FileManager.default.fileExists(atPath: log) && !before.isEmpty)
        #expect(try Data(contentsOf: URL(filePath: log)) == before)
    }

    @Test func howLongTheLogIs() throws {
        try database.useWriteAheadLog(checkpoints: true)
        try database.migrate([first])
        let made = database.pagesInLog
        try database.run("INSERT INTO a (id) VALUES (1)")
        #expect(made > 0 && database.pagesInLog > made)
        #expect(try database.checkpoint(resets: false))
        #expect(database.pagesInLog == 0)
        // All of it was moved, so that it begins anew.
        try database.run("INSERT INTO a (id) VALUES (2)")
        let one = database.pagesInLog
        try database.run("INSERT INTO a (id) VALUES (3)")
        #expect(one > 0 && one < made && database.pagesInLog == 2 * one)
    }

    @Test func aLogsFileIsCutWhenItBeginsAnew() throws {
        try database.useWriteAheadLog(checkpoints: true)
        try database.setLogSize(octets: 100_000)
        try database.migrate([first])
        func octets() throws -> Int {
            try FileManager.default.attributesOfItem(atPath: folder.path + "/a.db-wal")[.size] as? Int ?? 0
        }
        try database.transaction {
            for number in 0..<100 { try database.run("INSERT INTO a (id) VALUES ($1)", .integer(Int64(number) << 40)) }
            try database.execute("CREATE TABLE large (octets BLOB); INSERT INTO large VALUES (zeroblob(1000000))")
        }
        #expect(try octets() > 1_000_000)
        #expect(try database.checkpoint(resets: false))
        try database.run("INSERT INTO a (id) VALUES (1)")
        #expect(try (1...100_000).contains(octets()))
    }

    @Test func aLogWithAReaderInItGrows() throws {
        try database.useWriteAheadLog(checkpoints: true)
        try database.migrate([first])
        let reader = try Connection(path: folder.path + "/a.db", mode: .readWrite)
        try reader.snapshot {
            #expect(try reader.first("SELECT COUNT(*) FROM a") { row in row.integer(0) } == 0)
            try database.run("INSERT INTO a (id) VALUES (1)")
            let waiting = database.pagesInLog
            #expect(try !database.checkpoint(resets: false))
            #expect(database.pagesInLog > 0 && database.pagesInLog < waiting)
        }
        #expect(try database.checkpoint(resets: false))
        #expect(database.pagesInLog == 0)
    }

    @Test func aLaneRunsItsActorInTurn() async throws {
        let pool = NIOThreadPool(numberOfThreads: 2)
        pool.start()
        let counter = Counter(lane: Lane(pool: pool))
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<200 { group.addTask { await counter.add() } }
        }
        #expect(await counter.value == 200)
        try await pool.shutdownGracefully()
    }

    @Test func whoGoesOnLetsOthersGoFirst() async throws {
        let threads = LaneThreads(1)
        let order = Mutex<[String]>([])
        await withCheckedContinuation { continuation in
            threads.submit(turns: {
                let turns = order.withLock { order in
                    order.append("lane")
                    return order.count { $0 == "lane" }
                }
                if turns == 1 { threads.submit { order.withLock { $0.append("other") } } }
                if turns == 3 { continuation.resume() }
                return turns < 3
            })
        }
        #expect(order.withLock { $0 } == ["lane", "other", "lane", "lane"])
        try await threads.stop()
    }

    /// On the thread of the turn that it follows, which keeps nobody from the lane meanwhile.
    @Test func whatFollowsATurnLeavesTheLaneFree() async throws {
        let threads = LaneThreads(2)
        let lane = Lane(threads: threads)
        let counter = Counter(lane: lane)
        let isFree = DispatchSemaphore(value: 0)
        let wasFree = Mutex(false)
        let turn = await counter.follow(on: lane) {
            // The next turn is taken while this waits.
            wasFree.withLock { $0 = isFree.wait(timeout: .now() + 60) == .success }
            return pthread_self()
        }
        await counter.add()
        isFree.signal()
        #expect(turn.thread == (try await turn.following.value))
        #expect(wasFree.withLock { $0 })
        try await threads.stop()
    }

    @Test func threadsAreRenewedWhileTheyWork() async throws {
        let threads = LaneThreads(3)
        let counter = Counter(lane: Lane(threads: threads))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<200 {
                group.addTask { await counter.add() }
                group.addTask { _ = await threads.run { true } }
            }
            group.addTask { for _ in 0..<5 { try await threads.renewIdle() } }
            try await group.waitForAll()
        }
        #expect(await counter.value == 200)
        try await threads.stop()
        // Whoever comes too late is served all the same.
        #expect(await threads.run { true })
    }
}

private actor Counter {
    private let lane: Lane
    var value = 0

    init(lane: Lane) { self.lane = lane }

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe lane.asUnownedSerialExecutor() }

    func add() { value += 1 }

    /// - Returns: the thread of this turn, and that of what followed it.
    func follow(
        on lane: Lane, with work: @escaping @Sendable () -> pthread_t
    ) -> (thread: pthread_t, following: Task<pthread_t, any Error>) {
        let (stream, continuation) = AsyncStream.makeStream(of: pthread_t.self)
        lane.follow {
            continuation.yield(work())
            continuation.finish()
        }
        let following = Task {
            for await thread in stream { return thread }
            throw CancellationError()
        }
        return (pthread_self(), following)
    }
}
