import Mail
import SQL
import Testing

@testable import Store

@Suite("The index gives way to whoever uses the account") struct IndexBatchTests {
    private func filled(messages: Int) async throws -> (TestStore, Account, FolderID) {
        let test = try TestStore()
        let account = try await test.account()
        let inbox = try await account.folder(.inbox).id
        _ = try await account.append((0..<messages).map { Sample.message(subject: "n\($0)", body: "zebra\($0)") }, to: inbox)
        return (test, account, inbox)
    }

    @Test func itIsLeftAtOneBatch() async throws {
        let (test, account, inbox) = try await filled(messages: 350)
        var uses = await account.indexBatch(after: nil)
        #expect(uses != nil)
        uses = await account.indexBatch(after: uses)
        #expect(uses != nil)
        let behind = try await account.backlog()
        #expect((100..<350).contains(behind))
        _ = try await account.uids(in: inbox)
        #expect(await account.indexBatch(after: uses) == nil)
        #expect(try await account.backlog() == behind)
        // The next upkeep goes on, and nobody comes meanwhile.
        await test.store.upkeep()
        #expect(try await account.backlog() == 0)
        #expect(try await account.find("zebra349").count == 1)
    }

    /// An index that is made anew each time would never come to an end.
    @Test func aMailboxThatCannotBeReadLeavesItAsItIs() async throws {
        let (test, account, _) = try await filled(messages: 150)
        _ = await account.indexBatch(after: nil)
        let behind = try await account.backlog()
        try await account.perform { mailbox in try mailbox.database.execute("ALTER TABLE summaries RENAME TO lost") }
        #expect(await account.indexBatch(after: nil) == nil)
        await #expect(throws: StoreError.self) { try await account.find("zebra149") }
        #expect(try await account.backlog() == behind)
        try await account.perform { mailbox in try mailbox.database.execute("ALTER TABLE lost RENAME TO summaries") }
        #expect(try await account.find("zebra149").count == 1)
        await test.store.shutdown()
    }

    @Test func itGoesOnWhereASearchWouldWaitLong() async throws {
        let (test, account, inbox) = try await filled(messages: 250)
        try await account.perform { mailbox in
            _ = try mailbox.database.run(
                "UPDATE accounts SET last_number = last_number + 6000, reserved_number = reserved_number + 6000")
        }
        _ = try await account.append(Sample.message(body: "giraffe"), to: inbox)
        let uses = await account.indexBatch(after: nil)
        _ = try await account.uids(in: inbox)
        let behind = try await account.backlog()
        let later = await account.indexBatch(after: uses)
        #expect(later != nil)
        #expect(try await account.backlog() < behind)
        await test.store.shutdown()
    }
}

extension Account {
    /// Without being a use of it.
    fileprivate func backlog() throws -> Int64 {
        guard let mailbox else { return -1 }
        return try mailbox.index?.backlog(of: mailbox) ?? -1
    }
}
