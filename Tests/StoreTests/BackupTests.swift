import Foundation
import Mail
import NIOCore
import Testing

@testable import Store

@Suite("Backup and restore of an account") struct BackupTests {
    private let test: TestStore
    private let id = TestStore.account

    init() throws { test = try TestStore() }

    private func backUp(_ name: String, after previous: String? = nil) throws -> AccountBackupReport {
        var backup = AccountBackup(
            id, root: test.root + "/accounts", target: test.root + "/\(name)", previous: previous.map { test.root + "/\($0)" })
        return try backup.run()
    }

    private func subjects(_ account: Account, _ use: SpecialUse = .inbox) async throws -> [String] {
        try await account.list(try await account.folder(use).id).rows.map(\.subject).sorted()
    }

    @Test func aMailboxThatIsGoneComesBackWholeUnderNewUIDValidity() async throws {
        let account = try await test.account()
        let inbox = try await account.folder(.inbox)
        let filed = try await account.append(
            Sample.message(subject: "one", flags: [.seen, .flagged], tags: ["work"], date: 1_700_000_000), to: inbox.id)
        try await account.setComment("call back", on: filed.message)
        let deep = try await account.createFolder(at: FolderPath(["Clients", "Harbour"]))
        _ = try await account.append(Sample.message(subject: "two"), to: deep.id)
        let done = try backUp("b1")
        #expect(done.messages == 2 && done.missing == 0 && done.linked == 2)
        try await test.store.remove(id)

        let report = try await test.store.restore(id, from: test.root + "/b1")
        #expect(report.isWhole && report.restored == 2 && report.lost == 0)
        let back = try await test.account()
        let after = try await back.folder(.inbox)
        #expect(after.uidValidity.value > inbox.uidValidity.value)
        let row = try #require(try await back.list(after.id).rows.first)
        #expect(row.subject == "one" && row.flags.contains([.seen, .flagged]))
        #expect(try await back.comment(on: filed.message) == "call back")
        #expect(try await back.folder(at: FolderPath(["Clients", "Harbour"]))?.messages == 1)
        #expect(try await back.find("words").count == 2)
        try await back.expectSound()
    }

    @Test func whatIsGoneComesBackAndWhatIsThereStaysAsItIs() async throws {
        let account = try await test.account()
        let inbox = try await account.folder(.inbox)
        let lost = try await account.append(Sample.message(subject: "lost", flags: .flagged, tags: ["work"]), to: inbox.id)
        try await account.setComment("mine", on: lost.message)
        let kept = try await account.append(Sample.message(subject: "kept"), to: inbox.id)
        _ = try backUp("b1")

        try await account.delete([lost.message])
        let archive = try await account.createFolder(at: FolderPath(["Archive"]))
        try await account.move([kept.message], to: archive.id)
        _ = try await account.append(Sample.message(subject: "newer"), to: inbox.id)
        let before = try await account.folder(.inbox)

        let report = try await test.store.restore(id, from: test.root + "/b1")
        #expect(!report.isWhole && report.restored == 1 && report.kept == 1 && report.lost == 0)
        #expect(try await subjects(account) == ["lost", "newer"])
        #expect(try await account.folder(at: FolderPath(["Archive"]))?.messages == 1)
        let after = try await account.folder(.inbox)
        #expect(after.uidValidity == before.uidValidity && after.uidNext > before.uidNext)
        let row = try #require(try await account.list(inbox.id).rows.first { $0.subject == "lost" })
        #expect(row.flags.contains(.flagged) && row.uid >= before.uidNext)
        #expect(try await account.comment(on: row.id) == "mine")

        let again = try await test.store.restore(id, from: test.root + "/b1")
        #expect(again.restored == 0 && again.kept == 2)
        try await account.expectSound()
    }

    @Test func copiesThatShareAFileComeBackAsCopies() async throws {
        let account = try await test.account()
        let inbox = try await account.folder(.inbox)
        let first = try await account.append(Sample.message(subject: "shared"), to: inbox.id)
        let other = try await account.createFolder(at: FolderPath(["Other"]))
        _ = try await account.copy([first.uid], from: inbox.id, to: other.id)
        let done = try backUp("b1")
        #expect(done.messages == 1)
        try await account.delete([first.message])
        try await account.deleteFolder(other.id)

        let report = try await test.store.restore(id, from: test.root + "/b1")
        #expect(report.restored == 2)
        #expect(try await subjects(account) == ["shared"])
        #expect(try await account.folder(at: FolderPath(["Other"]))?.messages == 1)
        try await account.expectSound()
    }

    @Test func theSecondBackupSharesFilesWithTheFirst() async throws {
        let account = try await test.account()
        let inbox = try await account.folder(.inbox)
        _ = try await account.append(Sample.message(subject: "one"), to: inbox.id)
        _ = try backUp("b1")
        let unchanged = try backUp("b2", after: "b1")
        #expect(unchanged.isUnchanged && unchanged.messages == 1 && unchanged.linked == 0)
        _ = try await account.append(Sample.message(subject: "two"), to: inbox.id)
        let third = try backUp("b3", after: "b2")
        #expect(!third.isUnchanged && third.messages == 2 && third.linked == 1 && third.copied == 0)
    }

    @Test func filesWithoutARowAreNotInIt() async throws {
        let account = try await test.account()
        let inbox = try await account.folder(.inbox)
        _ = try await account.append(Sample.message(), to: inbox.id)
        let paths = MailboxPaths(root: test.root + "/accounts", account: id)
        let stray = BlobName(milliseconds: 1_700_000_000_000, suffix: Array(repeating: 7, count: 10))
        try FileSystem.real.makeFolder(paths.folder(of: stray))
        try FileSystem.real.write([ByteBuffer(string: "stray")], to: paths.file(stray))
        #expect(try backUp("b1").messages == 1)
        #expect(!FileSystem.real.exists(MailboxPaths(root: test.root + "/b1", account: id).file(stray)))
    }

    @Test func aMissingFileIsToldNotHidden() async throws {
        let account = try await test.account()
        let inbox = try await account.folder(.inbox)
        _ = try await account.append(Sample.message(), to: inbox.id)
        let paths = MailboxPaths(root: test.root + "/accounts", account: id)
        for name in AccountBackup.messageFiles(paths, .real) { try FileSystem.real.remove(paths.file(name)) }
        let done = try backUp("b1")
        #expect(done.missing == 1)
    }

    @Test func refusals() async throws {
        _ = try await test.account()
        await #expect(throws: StoreError.noSuchFolder) { _ = try await test.store.restore(id, from: test.root + "/nowhere") }
        _ = try backUp("b1")
        // The same files under another account's name.
        let other = AccountID(7)
        let (from, to) = (
            MailboxPaths(root: test.root + "/b1", account: id), MailboxPaths(root: test.root + "/b1", account: other)
        )
        try FileManager.default.createDirectory(atPath: to.folder, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: from.database, toPath: to.database)
        _ = try await test.store.account(other)
        await #expect(throws: StoreError.self) { _ = try await test.store.restore(other, from: test.root + "/b1") }
    }

    @Test func aTestMessageIsFoundByItsID() async throws {
        let account = try await test.account()
        let filed = try await account.append(Sample.message(id: "doctor-1@a.example"), to: try await account.folder(.inbox).id)
        #expect(try await account.newestMessages(withMessageID: "doctor-1@a.example") == [filed.message])
        #expect(try await account.newestMessages(withMessageID: "doctor-2@a.example").isEmpty)
    }
}
