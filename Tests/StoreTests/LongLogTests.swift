import Foundation
import Mail
import NIOCore
import SQL
import Testing

@testable import Store

@Suite("Logs that grow long") struct LongLogTests {
    private func pages(_ account: Account) async throws -> Int { try await account.perform { $0.database.pagesInLog } }

    /// No upkeep comes here, and nobody has to commit 32,000 pages.
    @Test(.timeLimit(.minutes(10))) func aBusyOneIsMovedBetweenCommits() async throws {
        let test = try TestStore()
        let account = try await test.account()
        let inbox = try await account.folder(.inbox).id
        var highest = 0
        for number in 0..<6_000 {
            let message = Sample.message(subject: "s\(number)", id: "\(number)@a.example")
            _ = try await account.file([Sample.filing("\(number)", message)])
            let now = try await pages(account)
            guard now >= highest else { break }
            highest = now
        }
        #expect((16_000..<32_000).contains(highest))
        #expect(try await pages(account) < 16_000)
        #expect(try await account.uids(in: inbox).count > 100)
        try await account.expectSound()
    }

    /// The web worker leaves it to the mail worker.
    @Test func theWebWorkerMovesNone() async throws {
        let test = try TestStore(keepsFolder: true)
        _ = try await test.account().folder(.inbox)
        await test.store.shutdown()
        let web = try TestStore(root: test.root, role: .web)
        let account = try await web.account()
        let inbox = try await account.folder(.inbox).id
        for number in 0..<120 { _ = try await account.append(Sample.message(subject: "s\(number)"), to: inbox) }
        let before = try await pages(account)
        #expect(before > 2_000)
        await web.store.upkeep()
        #expect(try await pages(account) == before)
        await web.store.shutdown()
    }

    @Test func theIndexsIsMovedInUpkeepThoughNobodySearches() async throws {
        let test = try TestStore()
        let account = try await test.account()
        let inbox = try await account.folder(.inbox).id
        for number in 0..<30 {
            let words = (0..<20_000).map { "w\(number)x\($0)" }.joined(separator: " ")
            _ = try await account.append(Sample.message(body: words), to: inbox)
        }
        func indexed() async throws -> (log: Int, database: Int) {
            try await account.perform { mailbox in
                (mailbox.index?.connection.pagesInLog ?? -1, mailbox.files.size(mailbox.paths.search) ?? 0)
            }
        }
        var seen: Int?
        repeat { seen = await account.indexBatch(after: seen) } while seen != nil
        let before = try await indexed()
        #expect(before.log > 1_000)
        await test.store.upkeep()
        let after = try await indexed()
        #expect(after.log == 0 && after.database > 1_000 * 4_096)
        #expect(try await account.find("w7x19999").count == 1)
    }
}
