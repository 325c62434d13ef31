import Foundation
import NIOCore
import Testing

@testable import SQL

/// A fresh folder that goes away with its owner.
final class ScratchFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "malaposta-sql-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

@Suite("Connections") struct ConnectionTests {
    let folder: ScratchFolder
    let database: Connection

    init() throws {
        folder = try ScratchFolder()
        database = try Connection(path: folder.path + "/a.db")
        try database.execute("CREATE TABLE things (id BIGINT PRIMARY KEY, name TEXT, octets BLOB)")
    }

    @Test func parametersGoByTheirNumber() throws {
        try database.run("INSERT INTO things (name, id) VALUES ($2, $1)", 7, "seven")
        #expect(try database.first("SELECT name FROM things WHERE id = $1", 7) { row in row.text(0) } == "seven")
        #expect(throws: SQLError.self) { try database.run("DELETE FROM things WHERE id = $1") }
    }

    @Test func aTemporaryDatabaseReadsAnothersTables() throws {
        try database.run("INSERT INTO things (name, id) VALUES ($1, 1)", "one")
        let temporary = try Connection(path: "", mode: .temporary)
        try temporary.execute("CREATE TABLE names (name TEXT)")
        let names = "SELECT t.name FROM other.things t WHERE NOT EXISTS (SELECT 1 FROM names n WHERE n.name = t.name)"
        for expected in [["one"], []] {
            let found = try temporary.attaching(folder.path + "/a.db", as: "other") {
                try temporary.all(names) { $0.text(0) }
            }
            #expect(found == expected)
            try temporary.run("INSERT INTO names VALUES ($1)", "one")
        }
        #expect(throws: SQLError.self) { try temporary.all(names) { $0.text(0) } }
        #expect(throws: SQLError.self) { try temporary.attaching(folder.path + "/none.db", as: "other") {} }
        // What failed leaves nothing behind.
        _ = try temporary.attaching(folder.path + "/a.db", as: "other") {
            #expect(throws: SQLError.self) { try temporary.run("DELETE FROM other.things") }
        }
    }

    @Test func valuesComeBackAsTheyWere() throws {
        let octets = ByteBuffer(bytes: [0, 255, 10])
        try database.run("INSERT INTO things VALUES ($1, $2, $3)", 1, .text("olá"), .octets(octets))
        try database.run("INSERT INTO things VALUES ($1, $2, $3)", 2, .utf8(ByteBuffer(string: "日本")), .octets(ByteBuffer()))
        try database.run("INSERT INTO things VALUES ($1, $2, $3)", 3, .text(""), .null)
        let rows = try database.all("SELECT name, octets FROM things ORDER BY id") { row in
            (row.text(0), row.buffer(1), row.isNull(0), row.isNull(1))
        }
        #expect(rows.map(\.0) == ["olá", "日本", ""])
        #expect(rows.map(\.1) == [octets, ByteBuffer(), ByteBuffer()])
        #expect(rows.map(\.2) == [false, false, false])
        #expect(rows.map(\.3) == [false, false, true])
    }

    @Test func aFailedTransactionLeavesNothing() throws {
        struct Stop: Error {}
        #expect(throws: Stop.self) {
            try database.transaction {
                try database.run("INSERT INTO things (id) VALUES (1)")
                throw Stop()
            }
        }
        #expect(try database.first("SELECT COUNT(*) FROM things") { row in row.integer(0) } == 0)
        #expect(!database.isInTransaction)
    }

    @Test func aConstraintHasItsKind() throws {
        try database.run("INSERT INTO things (id) VALUES (1)")
        let error = #expect(throws: SQLError.self) { try database.run("INSERT INTO things (id) VALUES (1)") }
        #expect(error?.kind == .constraint)
    }

    @Test func aQueryMayRunInsideItsOwnRows() throws {
        for id in 1...3 { try database.run("INSERT INTO things (id) VALUES ($1)", .number(id)) }
        var pairs = 0
        try database.forEach("SELECT id FROM things") { _ in
            try database.forEach("SELECT id FROM things") { _ in pairs += 1 }
        }
        #expect(pairs == 9)
    }

    @Test func aSecondWriterWaitsAndGivesUp() throws {
        let other = try Connection(path: folder.path + "/a.db", mode: .readWrite, busyTimeout: .milliseconds(20))
        try database.transaction {
            try database.run("INSERT INTO things (id) VALUES (1)")
            let error = #expect(throws: SQLError.self) { try other.transaction {} }
            #expect(error?.kind == .busy)
        }
        #expect(try other.transaction { try other.run("INSERT INTO things (id) VALUES (2)") } == 1)
    }

    @Test func whatIsNoDatabaseIsDamaged() throws {
        let path = folder.path + "/b.db"
        try Data(repeating: 0x41, count: 8_192).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: SQLError.self) {
            try Connection(path: path, mode: .readOnly).run("SELECT * FROM sqlite_master")
        }
        #expect(error?.kind == .damaged)
    }

    @Test func anImmutableFileNeedsNoLocks() throws {
        let path = folder.path + "/c?#%.db"
        try Connection(path: path).execute("CREATE TABLE a (b TEXT); INSERT INTO a VALUES ('x')")
        let reader = try Connection(path: path, mode: .immutable)
        #expect(try reader.first("SELECT b FROM a") { row in row.text(0) } == "x")
        #expect(throws: SQLError.self) { try reader.run("INSERT INTO a VALUES ('y')") }
    }

    @Test func theCacheOfStatementsIsBounded() throws {
        for number in 1...500 {
            #expect(try database.first("SELECT \(number)") { row in row.integer(0) } == Int64(number))
        }
    }

    @Test func stepsAreCounted() throws {
        for id in 1...100 { try database.run("INSERT INTO things (id) VALUES ($1)", .number(id)) }
        database.virtualSteps = 0
        _ = try database.first("SELECT id FROM things WHERE id = $1", 50) { row in row.integer(0) }
        let few = database.virtualSteps
        database.virtualSteps = 0
        _ = try database.first("SELECT SUM(id) FROM things") { row in row.integer(0) }
        #expect(few > 0)
        #expect(database.virtualSteps > few * 5)
    }
}
