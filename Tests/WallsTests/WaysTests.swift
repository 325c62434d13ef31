import Foundation
import HTTPTypes
import Testing
import Wire

@testable import IMAP
@testable import SMTPServer
@testable import Webmail

/// Every way into the programs, made from the tables that they themselves go by. What may be asked at local sockets is asked of the
/// running programs, in Tests/EndToEnd/test_walls.py, which tries each way against a host with two tenants.
private enum Ways {
    static let imap =
        IMAP.CommandTable.commands.keys.map { "imap \(name($0))" }
        + IMAP.CommandTable.uidCommands.keys.map { "imap UID \(name($0))" }

    static let smtp =
        SMTPServer.CommandTable.table.keys.map { "smtp \(name($0))" }
        + DoorKind.allCases.flatMap { door in
            let table = SMTPServer.CapabilityTable.table(for: door)
            return table.mailParameters.map { "smtp MAIL \(name($0))" }
                + table.recipientParameters.map { "smtp RCPT \(name($0))" }
        }

    static let web = EndpointTable.all.map { "web \($0.method.rawValue) /\($0.pattern)" }

    static let all = Set(imap + smtp + web)

    private static func name(_ word: Keyword) -> String { String(decoding: word.octets, as: UTF8.self) }
}

@Suite("Tenants are walls: no way in without an entry") struct WaysTests {
    /// `way: what is tried there`, or `way: - why there is nothing to try`.
    private static func entries() throws -> [String: String] {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "ways.txt")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("#") }
        return try Dictionary(
            lines.map { line in
                let cut = try #require(line.firstRange(of: ": "), "no entry: \(line)")
                return (String(line[..<cut.lowerBound]), String(line[cut.upperBound...]))
            }, uniquingKeysWith: { first, _ in first })
    }

    @Test func eachWayHasAnEntry() throws {
        let entries = try Self.entries()
        let missing = Ways.all.subtracting(entries.keys).sorted()
        #expect(missing.isEmpty, "add to Tests/WallsTests/ways.txt what is tried there: \(missing)")
    }

    @Test func eachEntryIsAWay() throws {
        let entries = try Self.entries().keys.filter { !$0.hasPrefix("socket ") }
        #expect(Set(entries).subtracting(Ways.all).sorted() == [])
    }

    @Test func whatIsNotTriedSaysWhy() throws {
        for (way, entry) in try Self.entries() where entry.hasPrefix("-") { #expect(entry.count > 12, "\(way)") }
    }
}
