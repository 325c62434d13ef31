import Foundation
import Mail
import NIOCore
import TestSupport
import Testing

@testable import Store

@Suite("Check and rebuild") struct RebuildTests {
    enum Damage: CaseIterable {
        case truncated, deleted, flipped
    }

    private func damage(_ test: TestStore, _ damage: Damage) throws {
        let path = MailboxPaths(root: test.root + "/accounts", account: TestStore.account).database
        for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
        switch damage {
        case .deleted: try FileManager.default.removeItem(atPath: path)
        case .truncated: try FileManager.default.cut(path, to: 5_000)
        case .flipped:
            var octets = try Data(contentsOf: URL(fileURLWithPath: path))
            for offset in stride(from: 4_096, to: octets.count, by: 97) { octets[offset] ^= 0xff }
            try octets.write(to: URL(fileURLWithPath: path))
        }
    }

    /// Whoever tries to open it, or looks at it.
    @Test(arguments: Damage.allCases)
    func aBrokenDatabaseKeepsItsLog(kind: Damage) async throws {
        let first = try TestStore(keepsFolder: true)
        let inbox = try await first.account().folder(.inbox)
        _ = try await first.account().append(Sample.message(), to: inbox.id)
        await first.store.shutdown()
        let paths = MailboxPaths(root: first.root + "/accounts", account: TestStore.account)
        let log = try Data(contentsOf: URL(filePath: paths.log))
        #expect(log.count > 4_096)
        try damage(first, kind)
        try log.write(to: URL(filePath: paths.log))
        for role in [StoreOptions.Role.mail, .web] {
            let second = try TestStore(root: first.root, role: role, keepsFolder: true)
            // What is damaged behind its first page may open, for what it is read for.
            _ = try? await second.account()
            _ = try? await second.store.check(TestStore.account)
            await second.store.shutdown()
            #expect(try Data(contentsOf: URL(filePath: paths.log)).starts(with: log.prefix(32)))
        }
        try FileManager.default.removeItem(atPath: first.root)
    }

    @Test(arguments: Damage.allCases)
    func aBrokenDatabaseIsFoundAndMended(kind: Damage) async throws {
        let first = try TestStore(keepsFolder: true)
        var account = try await first.account()
        let inbox = try await account.folder(.inbox)
        _ = try await account.append(Sample.message(subject: "old", flags: .flagged), to: inbox.id)
        try await first.store.snapshot(TestStore.account)
        _ = try await account.file([Sample.filing("late", Sample.message(subject: "late"))])
        await first.store.shutdown()
        try damage(first, kind)
        let second = try TestStore(root: first.root)
        let findings = try await second.store.check(TestStore.account)
        #expect(findings.contains { $0.isSerious })
        let report = try await second.store.rebuild(TestStore.account)
        #expect(report.databaseReplaced && report.snapshot == 1_800_000_000)
        #expect(report.recovered == 1 && report.lost == 0)
        account = try await second.account()
        let after = try await account.folder(.inbox)
        #expect(after.messages == 2 && after.uidValidity.value > inbox.uidValidity.value)
        #expect(try await account.list(inbox.id).rows.map(\.subject).sorted() == ["late", "old"])
        #expect(try await account.find("late").count == 1)
        guard case .success(.takenBefore(.some)) = try await account.file([Sample.filing("late")])[0] else {
            throw StoreError.busy
        }
        try await account.expectSound()
    }

    @Test func withoutASnapshotTheFilesRemain() async throws {
        let first = try TestStore(keepsFolder: true)
        let account = try await first.account()
        _ = try await account.append(Sample.message(), to: try await account.folder(.sent).id)
        await first.store.shutdown()
        try damage(first, .deleted)
        let second = try TestStore(root: first.root)
        let report = try await second.store.rebuild(TestStore.account)
        #expect(report.snapshot == nil && report.recovered == 1)
        let again = try await second.account()
        #expect(try await again.folder(.inbox).messages == 1)
        try await again.expectSound()
    }

    enum Loss: CaseIterable {
        case deleted, emptied, withoutLog
    }

    /// Where there is mail and no database that knows it, none is made: it would hide the mail, and give its UIDs again.
    @Test(arguments: Loss.allCases) func noDatabaseIsMadeBesideMail(loss: Loss) async throws {
        let first = try TestStore(keepsFolder: true)
        var account = try await first.account()
        let inbox = try await account.folder(.inbox)
        _ = try await account.append([Sample.message(subject: "one"), Sample.message(subject: "two")], to: inbox.id)
        let paths = MailboxPaths(root: first.root + "/accounts", account: TestStore.account)
        // As it was before anything was moved from the log into it.
        let beginning = try Data(contentsOf: URL(fileURLWithPath: paths.database))
        await first.store.shutdown()
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: paths.database + suffix) }
        if loss != .deleted { try (loss == .emptied ? Data() : beginning).write(to: URL(fileURLWithPath: paths.database)) }

        for role in [StoreOptions.Role.web, .mail] {
            let second = try TestStore(root: first.root, role: role, keepsFolder: true)
            await #expect(throws: StoreError.self) { try await second.account() }
            await second.store.shutdown()
        }
        let second = try TestStore(root: first.root)
        #expect(try await second.store.check(TestStore.account).contains { $0.isSerious })
        let report = try await second.store.rebuild(TestStore.account)
        #expect(report.databaseReplaced && report.recovered == 2)
        account = try await second.account()
        let after = try await account.folder(.inbox)
        #expect(after.messages == 2 && after.uidValidity.value > inbox.uidValidity.value)
        try await account.expectSound()
    }

    /// Whatever call fails in the middle of it, the next rebuild ends well, and no UID names another message than before.
    @Test func aRebuildThatStopsIsDoneAgain() async throws {
        var failsAt = 1
        while failsAt < 300 {
            let first = try TestStore(keepsFolder: true)
            var account = try await first.account()
            let inbox = try await account.folder(.inbox)
            _ = try await account.append(Sample.message(subject: "old"), to: inbox.id)
            try await first.store.snapshot(TestStore.account)
            _ = try await account.file([Sample.filing("late", Sample.message(subject: "late"))])
            await first.store.shutdown()
            try damage(first, .flipped)

            let countdown = Countdown(failsAt)
            var files = FileSystem.real
            files.beforeWrite = { (call, path) throws(FileError) in try countdown.pass(call, path) }
            let failing = try? TestStore(root: first.root, files: files, keepsFolder: true)
            _ = try? await failing?.store.rebuild(TestStore.account)
            let finished = !countdown.hasFailed
            countdown.disarm()
            await failing?.store.shutdown()

            // Files without a row may belong to unfinished changes for an hour.
            let healthy = try TestStore(root: first.root, now: 1_800_010_000)
            _ = try await healthy.store.rebuild(TestStore.account)
            account = try await healthy.account()
            let after = try await account.folder(.inbox)
            #expect(after.uidValidity.value > inbox.uidValidity.value, "call \(failsAt)")
            #expect(try await account.list(inbox.id).rows.map(\.subject).sorted() == ["late", "old"], "call \(failsAt)")
            guard case .success(.takenBefore) = try await account.file([Sample.filing("late")])[0] else { throw StoreError.busy }
            #expect(try await account.check().isEmpty)
            await healthy.store.shutdown()
            if finished { break }
            failsAt += 1
        }
        #expect(failsAt > 5 && failsAt < 300)
    }

    /// The log is gone, and with it what was answered last: those files are younger than all that the database knows.
    @Test func filesThatAnOlderDatabaseDoesNotKnowComeToTheInbox() async throws {
        let first = try TestStore(keepsFolder: true)
        var account = try await first.account()
        _ = try await account.append(Sample.message(subject: "known"), to: try await account.folder(.sent).id)
        await first.store.shutdown()
        let paths = MailboxPaths(root: first.root + "/accounts", account: TestStore.account)
        let before = try Data(contentsOf: URL(fileURLWithPath: paths.database))
        let second = try TestStore(root: first.root, keepsFolder: true)
        account = try await second.account()
        _ = try await account.append(Sample.message(subject: "answered"), to: try await account.folder(.sent).id)
        await second.store.shutdown()
        for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: paths.database + suffix) }
        try before.write(to: URL(fileURLWithPath: paths.database))
        let third = try TestStore(root: first.root)
        #expect(try await third.store.check(TestStore.account).map(\.kind) == [.fileUnknown])
        #expect(try await third.store.rebuild(TestStore.account).recovered == 1)
        account = try await third.account()
        #expect(try await account.list(try await account.folder(.inbox).id).rows.map(\.subject) == ["answered"])
        try await account.expectSound()
    }

    /// Bits flip one by one: where the check finds nothing, every message is there under its UID with its octets.
    @Test func aFlippedBitIsFoundOrHarmsNoMessage() async throws {
        let first = try TestStore(keepsFolder: true)
        defer { try? FileManager.default.removeItem(atPath: first.root) }
        let account = try await first.account()
        let inbox = try await account.folder(.inbox).id
        var messages: [UID: MessageID] = [:]
        for number in 0..<30 {
            let filed = try await account.append(Sample.message(subject: "subject \(number)"), to: inbox)
            messages[filed.uid] = filed.message
        }
        await first.store.shutdown()
        let paths = MailboxPaths(root: first.root + "/accounts", account: TestStore.account)
        let whole = try Data(contentsOf: URL(fileURLWithPath: paths.database))
        var random = SeededGenerator(seed: 4)
        var found = 0
        for _ in 0..<150 {
            var octets = whole
            let (offset, bit) = (Int.random(in: 0..<octets.count, using: &random), UInt8.random(in: 0...7, using: &random))
            octets[offset] ^= 1 << bit
            for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: paths.database + suffix) }
            try octets.write(to: URL(fileURLWithPath: paths.database))
            let test = try TestStore(root: first.root, keepsFolder: true)
            if try await test.store.check(TestStore.account).isEmpty {
                let account = try await test.account()
                #expect(Array(try await account.uids(in: inbox)) == messages.keys.sorted(), "bit \(bit) of octet \(offset)")
                for (uid, message) in messages {
                    let octets = try await account.content(of: message).whole()
                    #expect(octets == Sample.octets(subject: "subject \(uid.value - 1)"), "bit \(bit) of octet \(offset)")
                }
            } else {
                found += 1
            }
            await test.store.shutdown()
        }
        #expect(found > 5)
    }

    @Test func aMissingFileIsFoundAndItsRowGoes() async throws {
        let test = try TestStore()
        let account = try await test.account()
        let filed = try await account.append([Sample.message(), Sample.message()], to: try await account.folder(.inbox).id)
        try FileManager.default.removeItem(atPath: try await account.path(of: filed[0].message))
        #expect(try await test.store.check(TestStore.account).map(\.kind) == [.fileMissing])
        let report = try await test.store.rebuild(TestStore.account)
        #expect(report.lost == 1 && !report.databaseReplaced && report.summaries == 1)
        try await account.expectSound()
    }

    @Test func anotherRoleDoesNotRebuild() async throws {
        let test = try TestStore(role: .web)
        _ = try await test.account()
        await #expect(throws: StoreError.self) { try await test.store.rebuild(TestStore.account) }
    }

    @Test func anAccountIsRemovedWithAllItsFiles() async throws {
        let test = try TestStore()
        let account = try await test.account()
        _ = try await account.append(Sample.message(), to: try await account.folder(.inbox).id)
        #expect(try await test.store.accountsOnDisk() == [TestStore.account])
        // A message on its way in, whatever its name, is no account.
        let other = "\(test.root)/accounts/.incoming/\(String(repeating: "0", count: 32))"
        try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: true)
        #expect(try await test.store.accountsOnDisk() == [TestStore.account])
        try await test.store.remove(TestStore.account)
        #expect(try await test.store.exists(TestStore.account) == false)
        #expect(try await test.store.accountsOnDisk() == [])
    }
}

extension FileManager {
    fileprivate func cut(_ path: String, to size: UInt64) throws {
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try handle.truncate(atOffset: size)
        try handle.close()
    }
}
