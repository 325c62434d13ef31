import Foundation
import Glibc
import Mail
import SQL
import Synchronization
import Testing

@testable import Store

@Suite("What a failed flush leaves to the next process") struct FailedFlushTests {
    /// Tells what was done, and fails what it is told to.
    final class Disk: Sendable {
        let calls = Mutex<[(call: String, path: String)]>([])
        let failing = Mutex<Set<String>>([])

        var files: FileSystem {
            var files = FileSystem.real
            files.beforeWrite = { [self] (call, path) throws(FileError) in
                if failing.withLock({ $0.contains(call) }) { throw FileError(call: call, path: path, code: EIO) }
                calls.withLock { $0.append((call, path)) }
            }
            return files
        }

        func paths(_ call: String) -> [String] { calls.withLock { $0.filter { $0.call == call }.map(\.path) } }
    }

    private func notePath(_ root: String) -> String { root + "/accounts/flush-failed" }

    private func note(_ root: String, boot: String = "boot-1") -> FailedFlushNote {
        FailedFlushNote(StoreOptions(root: root + "/accounts", role: .web, bootID: boot))
    }

    private func paths(_ root: String, _ id: AccountID = TestStore.account) -> MailboxPaths {
        MailboxPaths(root: root + "/accounts", account: id)
    }

    private func octets(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

    private func lines(_ root: String) throws -> [String] {
        String(decoding: try octets(notePath(root)), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// A closed store with two messages, a flagged one among them, as a process leaves it that has ended.
    private func used(_ ids: [AccountID] = [TestStore.account]) async throws -> String {
        let test = try TestStore(keepsFolder: true)
        for id in ids {
            let account = try await test.store.account(id)
            let inbox = try await account.folder(.inbox).id
            _ = try await account.append(Sample.message(subject: "one"), to: inbox)
            _ = try await account.append(Sample.message(subject: "two"), to: inbox)
            _ = try await account.setFlags(FlagChange(.add, .flagged), in: inbox, uids: [UID(2)])
        }
        await test.store.shutdown()
        return test.root
    }

    private func expectAll(in account: Account, _ location: SourceLocation = #_sourceLocation) async throws {
        let inbox = try await account.folder(.inbox).id
        let list = try await account.list(inbox, ListRequest(order: .subject)).rows
        #expect(list.map(\.subject).sorted() == ["one", "two"], sourceLocation: location)
        #expect(list.filter { $0.flags.contains(.flagged) }.map(\.subject) == ["two"], sourceLocation: location)
        try await account.expectSound(location)
    }

    // MARK: The note

    @Test func aFailureIsNoted() async throws {
        let disk = Disk()
        let test = try TestStore(files: disk.files)
        let account = try await test.account()
        _ = try await account.file([Sample.filing("a")])
        #expect(!FileManager.default.fileExists(atPath: notePath(test.root)))
        disk.failing.withLock { $0 = ["syncfs"] }
        let before = WallClock.seconds()
        await #expect(throws: StoreError.self) { try await test.store.flush([account]) }
        await #expect(throws: StoreError.self) { try await test.store.flush([account]) }
        let words = try #require(try lines(test.root).first).split(separator: " ")
        #expect(try lines(test.root).count == 1)
        #expect(words.first == "boot-1")
        #expect((before...WallClock.seconds()).contains(Int64(words.last ?? "") ?? 0))
        // The older one counts.
        try note(test.root).add()
        #expect(try lines(test.root).first == words.joined(separator: " "))
        #expect(try note(test.root).content()?.seconds == Int64(words[1]))
    }

    /// Also where it cannot be noted.
    @Test func aFailureIsTheLastFlush() async throws {
        let disk = Disk()
        let test = try TestStore(files: disk.files)
        let account = try await test.account()
        _ = try await account.file([Sample.filing("a")])
        disk.failing.withLock { $0 = ["syncfs", "open", "write"] }
        await #expect(throws: StoreError.self) { try await test.store.flush([account]) }
        disk.failing.withLock { $0 = [] }
        #expect(test.store.hasFailedFlush)
        await #expect(throws: StoreError.self) { try await test.store.flush([account]) }
    }

    /// What is filed is forgotten with the databases: a flush of nothing must not stand for it.
    @Test func aFailureAtClosingIsNoted() async throws {
        let disk = Disk()
        let test = try TestStore(files: disk.files)
        let account = try await test.account()
        _ = try await account.file([Sample.filing("a")])
        disk.failing.withLock { $0 = ["syncfs"] }
        await #expect(throws: StoreError.self) { try await test.store.rebuild(TestStore.account) }
        disk.failing.withLock { $0 = [] }
        await #expect(throws: StoreError.self) { try await test.store.flush([account]) }
        #expect(try lines(test.root).count == 1)
    }

    @Test func aNoteSaysWhenAFlushFailedFirst() throws {
        let test = try TestStore()
        let (note, path) = (note(test.root), notePath(test.root))
        #expect(try note.content() == nil)
        #expect(!note.stands)
        for (text, seconds) in [
            ("boot-1 500\nboot-1 400\nboot-1 600\n", 400), ("boot-0 1\nboot-1 500\n", 500), ("boot-0 1\n", nil),
        ] as [(String, Int64?)] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            #expect(try note.content()?.seconds == seconds, "\(text)")
            #expect(note.stands == (seconds != nil), "\(text)")
        }
        // Not written to its end: as old as the file.
        for text in ["", "boot-1", "boot-0 1\nboo"] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            #expect(try note.content()?.seconds == FileSystem.real.modified(path), "\(text)")
            #expect(note.stands, "\(text)")
        }
    }

    @Test func aFailureMeanwhileKeepsTheNote() throws {
        let test = try TestStore()
        let note = note(test.root)
        try note.add()
        let content = try #require(try note.content())
        try note.add()
        try note.remove(content)
        #expect(note.stands)
        try note.remove(try #require(try note.content()))
        #expect(!note.stands)
    }

    // MARK: Whom it tells

    enum Way: CaseIterable { case append, filing, change }

    /// The other role's flush has failed: what this one's flush says is worth nothing.
    @Test(arguments: Way.allCases, [StoreOptions.Role.mail, .web])
    func noFlushIsBelievedWhileItStands(way: Way, failing role: StoreOptions.Role) async throws {
        let disk = Disk()
        let first = try TestStore(role: role, files: disk.files, keepsFolder: true)
        let second = try TestStore(root: first.root, role: role == .mail ? .web : .mail)
        let (failing, account) = (try await first.account(), try await second.account())
        let inbox = try await account.folder(.inbox).id
        _ = try await account.append(Sample.message(), to: inbox)
        disk.failing.withLock { $0 = ["fsync"] }
        await #expect(throws: StoreError.self) { try await failing.append(Sample.message(), to: inbox) }
        // What flushes nothing goes on.
        _ = try await account.setFlags(FlagChange(.add, .flagged), in: inbox, uids: [UID(1)])
        #expect(!second.store.hasFailedFlush)
        await #expect {
            switch way {
            case .append: _ = try await account.append(Sample.message(), to: inbox)
            case .filing:
                _ = try await account.file([Sample.filing("a")])
                try await second.store.flush([account])
            case .change: _ = try await account.createFolder(at: FolderPath(["New"]))
            }
        } throws: { error in
            if case StoreError.unavailable = error { true } else { false }
        }
        try #require(second.store.hasFailedFlush)
        await #expect(throws: StoreError.self) { try await StoreUpkeep(second.store).run() }
        #expect(try lines(first.root).count == 1, "it is no failure of its own")
        await second.store.shutdown()
        await first.store.shutdown()
    }

    /// Who has nothing to flush hears of it all the same, where only a new process of its role mends it.
    @Test(arguments: [StoreOptions.Role.mail, .web]) func upkeepLooksForIt(role: StoreOptions.Role) async throws {
        let test = try TestStore(role: role)
        await test.store.upkeep()
        #expect(!test.store.hasFailedFlush)
        try note(test.root).add()
        await test.store.upkeep()
        #expect(test.store.hasFailedFlush == (role == .mail))
    }

    @Test func aNoteOfAnotherBootTellsNobody() async throws {
        let test = try TestStore(role: .web)
        try note(test.root, boot: "boot-0").add()
        let account = try await test.account()
        _ = try await account.append(Sample.message(), to: try await account.folder(.inbox).id)
        #expect(!test.store.hasFailedFlush)
    }

    // MARK: What the next mail worker does

    @Test func theHourIsWrittenAnew() async throws {
        let (old, young) = (AccountID(7), TestStore.account)
        let root = try await used([old, young])
        let last = try TestStore(root: root, keepsFolder: true)
        // A message of two hours ago, and one that was filed.
        let account = try await last.account()
        let before = try await account.path(of: try await account.message(at: 1))
        let aged = try await account.age(try await account.message(at: 2), seconds: 7_200)
        guard case .success(.filed(let filed)) = try await account.file([Sample.filing("a", Sample.message(subject: "one"))])[0]
        else { throw StoreError.busy }
        let files = [before, try await account.path(of: filed.message)]
        _ = try await account.moveToTrash([filed.message])
        await last.store.shutdown()
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -7_200)], ofItemAtPath: paths(root, old).log)
        try note(root).add()
        let octets = try (files + [aged]).map { try self.octets($0) }

        let disk = Disk()
        let test = try TestStore(root: root, files: disk.files)
        #expect(Set(disk.paths("pwrite")) == Set(files + [paths(root).log]))
        #expect(disk.paths("syncfs") == [paths(root).folder])
        let order = disk.calls.withLock { $0.map(\.call) }
        #expect(try #require(order.lastIndex(of: "pwrite")) < #require(order.firstIndex(of: "syncfs")))
        #expect(FileSystem.real.size(paths(root).log) == 0)
        #expect(try #require(FileSystem.real.size(paths(root, old).log)) > 0)
        #expect(!FileManager.default.fileExists(atPath: notePath(root)))
        #expect(try (files + [aged]).map { try self.octets($0) } == octets)
        try await expectAll(in: try await test.account())
        try await expectAll(in: try await test.store.account(old))
        // All is well again.
        _ = try await test.account().append(Sample.message(), to: try await test.account().folder(.inbox).id)
    }

    @Test func aNoteOfAnotherBootIsRemoved() async throws {
        let root = try await used()
        try note(root, boot: "boot-0").add()
        let disk = Disk()
        let test = try TestStore(root: root, files: disk.files)
        #expect(disk.paths("pwrite") == [])
        #expect(disk.paths("syncfs") == [])
        #expect(try #require(FileSystem.real.size(paths(root).log)) > 0)
        #expect(!FileManager.default.fileExists(atPath: notePath(root)))
        try await expectAll(in: try await test.account())
    }

    @Test func theWebLeavesItToTheMailWorker() async throws {
        let root = try await used()
        try note(root).add()
        let web = try TestStore(root: root, role: .web, keepsFolder: true)
        let account = try await web.account()
        let inbox = try await account.folder(.inbox).id
        try await expectAll(in: account)
        await #expect(throws: StoreError.self) { try await account.append(Sample.message(), to: inbox) }
        #expect(try lines(root).count == 1)
        await web.store.shutdown()
        let mail = try TestStore(root: root, keepsFolder: true)
        let again = try TestStore(root: root, role: .web)
        _ = try await again.account().append(Sample.message(), to: inbox)
        await again.store.shutdown()
        await mail.store.shutdown()
    }

    /// Each change fails in its turn: the note stays, nothing is lost, and the next start does it all.
    @Test func whateverFailsKeepsTheNote() async throws {
        let ids = [TestStore.account, AccountID(7)]
        var failsAt = 1
        while failsAt < 100 {
            let root = try await used(ids)
            try note(root).add()
            let countdown = Countdown(failsAt)
            var files = FileSystem.real
            files.beforeWrite = { (call, path) throws(FileError) in try countdown.pass(call, path) }
            let test: TestStore?
            do { test = try TestStore(root: root, files: files, keepsFolder: true) } catch {
                #expect(error is StoreError)
                test = nil
            }
            #expect(countdown.hasFailed == (test == nil), "change \(failsAt)")
            #expect(FileManager.default.fileExists(atPath: notePath(root)) == (test == nil), "change \(failsAt)")
            let finished = !countdown.hasFailed
            countdown.disarm()
            await test?.store.shutdown()

            let healthy = try TestStore(root: root)
            #expect(!FileManager.default.fileExists(atPath: notePath(root)))
            for id in ids {
                #expect(FileSystem.real.size(paths(root, id).log) == 0)
                try await expectAll(in: try await healthy.store.account(id))
            }
            await healthy.store.shutdown()
            if finished { break }
            failsAt += 1
        }
        #expect(failsAt > 10 && failsAt < 100)
    }

    @Test func aDamagedAccountIsPassedOver() async throws {
        let damaged = AccountID(7)
        let root = try await used([damaged, TestStore.account])
        try FileManager.default.removeItem(atPath: paths(root, damaged).database)
        try note(root).add()
        let test = try TestStore(root: root)
        #expect(!FileManager.default.fileExists(atPath: notePath(root)))
        #expect(FileSystem.real.size(paths(root).log) == 0)
        #expect(try await test.store.check(damaged).map(\.kind) == [.databaseMissing])
    }

    /// A reader holds the log for longer than SQLite waits, which is five seconds.
    @Test func aLogThatIsReadIsTriedAgain() async throws {
        let first = try TestStore(keepsFolder: true)
        let account = try await first.account()
        let inbox = try await account.folder(.inbox).id
        _ = try await account.append(
            [Sample.message(subject: "one"), Sample.message(subject: "two", flags: .flagged)], to: inbox)
        nonisolated(unsafe) let reader = try Connection(path: paths(first.root).database, mode: .readWrite)
        try unsafe reader.useWriteAheadLog(checkpoints: false)
        try unsafe reader.execute("BEGIN; SELECT * FROM accounts")
        await first.store.shutdown()
        try note(first.root).add()

        let log = paths(first.root).log
        let tries = Mutex(0)
        var files = FileSystem.real
        files.beforeWrite = { (call, path) throws(FileError) in
            guard call == "fsync", path == log else { return }
            let count = tries.withLock { count in
                count += 1
                return count
            }
            if count == 2 { try? unsafe reader.execute("COMMIT") }
        }
        let test = try TestStore(root: first.root, files: files)
        #expect(tries.withLock { $0 } == 2)
        #expect(FileSystem.real.size(log) == 0)
        try await expectAll(in: try await test.account())
    }
}

extension Account {
    fileprivate func message(at uid: UInt32) throws -> MessageID {
        let inbox = try folder(.inbox).id
        return try perform { mailbox in
            MessageID(try #require(try mailbox.rows(in: inbox, [UID(uid)]).first).message)
        }
    }

    /// Has a message's file be older; answers where it lies then.
    fileprivate func age(_ message: MessageID, seconds: Int64) throws -> String {
        try perform { mailbox in
            let row = try #require(try mailbox.rows(of: [message]).first)
            let name = try mailbox.name(ofBlob: row.blob)
            let older = BlobName(milliseconds: (name.seconds - seconds) * 1_000, suffix: name.suffix)
            try mailbox.files.makeFolder(mailbox.paths.folder(of: older))
            try mailbox.files.rename(mailbox.paths.file(name), to: mailbox.paths.file(older))
            _ = try mailbox.change(durable: true) { _ in
                try mailbox.database.run(
                    "UPDATE blobs SET file = $3 WHERE account = $1 AND blob = $2", mailbox.me, .integer(row.blob),
                    .octets(older.octets))
            }
            return mailbox.paths.file(older)
        }
    }
}
