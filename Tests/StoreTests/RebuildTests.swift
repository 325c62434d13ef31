import Foundation
import Mail
import NIOCore
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
