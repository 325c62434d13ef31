import Mail
import SQL
import Testing

@testable import Store

/// SQLite's own counts of steps: what does not depend on the folder's size must not grow with it.
@Suite("What changes and looks cost") struct CostTests {
    private struct Steps: Equatable {
        var seen = 0
        var look = 0
        var move = 0
        var find = 0
    }

    private func steps(messages: Int) async throws -> Steps {
        let test = try TestStore()
        let account = try await test.account()
        let inbox = try await account.folder(.inbox).id
        let trash = try await account.folder(.trash).id
        _ = try await account.append((0..<messages).map { Sample.message(subject: "n\($0)", body: "word\($0)") }, to: inbox)
        _ = try await account.search(.body("word7"), in: inbox)
        return try await account.perform { mailbox in
            var steps = Steps()
            func count(_ body: () throws -> Void) throws -> Int {
                mailbox.database.virtualSteps = 0
                try body()
                return mailbox.database.virtualSteps
            }
            let before = try mailbox.existingFolder(inbox).highest
            steps.seen = try count {
                _ = try mailbox.change(durable: false) {
                    try $0.setFlags(FlagChange(.add, .seen), try mailbox.rows(in: inbox, [UID(9)]))
                }
            }
            steps.look = try count { _ = try mailbox.changes(in: inbox, since: before) }
            steps.move = try count {
                _ = try mailbox.change(durable: false) { try $0.move(try mailbox.rows(in: inbox, [UID(8)]), to: trash) }
            }
            steps.find = try count { _ = try mailbox.search(.and([.body("word7"), .not(.flags(.seen))]), in: inbox) }
            return steps
        }
    }

    @Test func theyDoNotGrowWithTheFolder() async throws {
        let (few, many) = (try await steps(messages: 50), try await steps(messages: 2_000))
        for (name, path) in [("seen", \Steps.seen), ("look", \Steps.look), ("move", \Steps.move)] {
            #expect(Double(many[keyPath: path]) < Double(few[keyPath: path]) * 1.5, "\(name): \(few) \(many)")
        }
        // Of 2,000 messages the words of 111 begin like that, of 50 one.
        #expect(many.find < 2_000 * 5, "\(few) \(many)")
    }

    /// Each page that a change touches goes whole into the log, and from there to the disk.
    @Test func aMessageWritesLittleIntoTheLog() async throws {
        let test = try TestStore()
        let account = try await test.account()
        let inbox = try await account.folder(.inbox).id
        func append(_ numbers: Range<Int>) async throws {
            for number in numbers { _ = try await account.append(Sample.message(subject: "n\(number)"), to: inbox) }
        }
        func logged() async throws -> Int {
            try await account.perform { mailbox in
                let page = try mailbox.database.first("PRAGMA page_size") { Int($0.integer(0)) } ?? 0
                return mailbox.database.pagesInLog * page
            }
        }
        try await append(0..<100)
        let before = try await logged()
        try await append(100..<140)
        let each = try await logged() - before
        #expect((1..<64 << 10).contains(each / 40), "\(each / 40) octets for each message")
    }
}
