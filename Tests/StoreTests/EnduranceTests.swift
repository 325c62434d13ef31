import Foundation
import Mail
import NIOCore
import Synchronization
import Testing

@testable import Store

@Suite("What survives") struct EnduranceTests {
    @Test func aReopenedAccountIsAsItWas() async throws {
        let first = try TestStore(keepsFolder: true)
        let account = try await first.account()
        let inbox = try await account.folder(.inbox).id
        let filed = try await account.append(Sample.message(flags: .flagged, tags: ["a"]), to: inbox)
        await first.store.shutdown()
        let second = try TestStore(root: first.root)
        let again = try await second.account()
        #expect(try await again.flags(in: inbox, uids: .all).first?.flags == .flagged)
        #expect(try await again.content(of: filed.message).whole() == Sample.octets())
        #expect(try await again.append(Sample.message(), to: inbox).uid == UID(2))
        try await again.expectSound()
    }

    @Test func anotherBootSkipsWhatWasReserved() async throws {
        let first = try TestStore(keepsFolder: true)
        let account = try await first.account()
        let inbox = try await account.folder(.inbox).id
        let before = try await account.append(Sample.message(), to: inbox)
        await first.store.shutdown()
        let second = try TestStore(root: first.root, boot: "boot-2")
        let again = try await second.account()
        let after = try await again.append(Sample.message(), to: inbox)
        #expect(after.uid > UID(before.uid.value + 100))
        #expect(after.modSequence > ModSequence(before.modSequence.value + 1_000))
        #expect(after.uidValidity == before.uidValidity)
        try await again.expectSound()
    }

    @Test func aDeliveryWhoseFileWasLostIsTakenAgainAfterTheNextBoot() async throws {
        let first = try TestStore(keepsFolder: true)
        let account = try await first.account()
        let results = try await account.file([Sample.filing("a"), Sample.filing("b")])
        guard case .success(.filed(let filed)) = results[0] else { throw StoreError.busy }
        let path = try await account.path(of: filed.message)
        await first.store.shutdown()
        try Data(count: Sample.octets().readableBytes).write(to: URL(fileURLWithPath: path))
        let second = try TestStore(root: first.root, boot: "boot-2")
        let again = try await second.account()
        #expect(try await again.folder(.inbox).messages == 1)
        let retried = try await again.file([Sample.filing("a"), Sample.filing("b")])
        guard case .success(.filed(let anew)) = retried[0], case .success(.takenBefore) = retried[1] else {
            throw StoreError.busy
        }
        #expect(anew.uid > filed.uid)
        #expect(try await again.folder(.inbox).messages == 2)
    }

    /// However many: the log may reach the disk before any of the files that it names.
    @Test func allDeliveriesWhoseFilesWereLostAreTakenAgain() async throws {
        let first = try TestStore(keepsFolder: true)
        let account = try await first.account()
        let filings = (0..<1_030).map { Sample.filing("\($0)") }
        let results = try await account.file(filings)
        guard case .success(.filed(let whole)) = results[0] else { throw StoreError.busy }
        let kept = try await account.path(of: whole.message)
        await first.store.shutdown()
        let folder = URL(fileURLWithPath: MailboxPaths(root: first.root + "/accounts", account: TestStore.account).messages)
        for case let file as URL in FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil) ?? .init()
        where file.pathExtension == "eml" && file.path != kept {
            try FileManager.default.removeItem(at: file)
        }
        let second = try TestStore(root: first.root, boot: "boot-2")
        let again = try await second.account()
        #expect(try await again.folder(.inbox).messages == 1)
        let retried = try await again.file(filings)
        let takenBefore = retried.count { if case .success(.takenBefore) = $0 { true } else { false } }
        #expect(takenBefore == 1)
    }

    @Test func aFileWithAHoleIsNotWritten() throws {
        let test = try TestStore()
        let path = test.root + "/a"
        try Data("begins".utf8).write(to: URL(fileURLWithPath: path))
        #expect(FileSystem.real.isWritten(path, size: 6) && !FileSystem.real.isWritten(path, size: 7))
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try file.seek(toOffset: 100_000)
        try file.write(contentsOf: Data("ends".utf8))
        try file.close()
        #expect(!FileSystem.real.isWritten(path, size: 100_004))
        try Data(repeating: 65, count: 100_004).write(to: URL(fileURLWithPath: path))
        #expect(FileSystem.real.isWritten(path, size: 100_004))
    }

    /// As after SIGKILL between a file and its row: the file without a row goes, the one whose row was committed stays.
    @Test(arguments: [StoreOptions.Role.mail, .web]) func filesOfAKilledProcessGo(role: StoreOptions.Role) async throws {
        let first = try TestStore(role: role, keepsFolder: true)
        let account = try await first.account()
        let filed = try await account.append(Sample.message(), to: try await account.folder(.inbox).id)
        let kept = try await account.path(of: filed.message)
        await first.store.shutdown()
        let paths = MailboxPaths(root: first.root + "/accounts", account: TestStore.account)
        let name = try #require(BlobName(fileName: URL(fileURLWithPath: kept).lastPathComponent))
        let other = BlobName(milliseconds: 1_800_000_000_000, suffix: Array(repeating: 7, count: BlobName.suffixLength))
        try FileManager.default.createDirectory(atPath: paths.folder(of: other), withIntermediateDirectories: true)
        try Data("half".utf8).write(to: URL(fileURLWithPath: paths.file(other)))
        try Data(name.octets + other.octets).write(to: URL(fileURLWithPath: paths.unfinished(role)))
        let second = try TestStore(root: first.root, role: role)
        try await second.account().expectSound()
        #expect(FileManager.default.fileExists(atPath: kept))
        #expect(!FileManager.default.fileExists(atPath: paths.file(other)))
        #expect(try Data(contentsOf: URL(fileURLWithPath: paths.unfinished(role))).isEmpty)
    }

    /// The folder of files was made by a filing that waits for its flush: what leads to it is flushed before APPEND returns.
    @Test func anAppendFlushesFoldersThatAFilingMade() async throws {
        let flushed = Mutex<Set<String>>([])
        var files = FileSystem.real
        files.beforeWrite = { (call, path) throws(FileError) in
            if call == "fsync" { flushed.withLock { _ = $0.insert(path) } }
        }
        let test = try TestStore(files: files)
        let account = try await test.account()
        _ = try await account.file([Sample.filing("a")])
        flushed.withLock { $0 = [] }
        let filed = try await account.append(Sample.message(), to: try await account.folder(.inbox).id)
        let path = try await account.path(of: filed.message)
        let paths = MailboxPaths(root: test.root + "/accounts", account: TestStore.account)
        #expect(flushed.withLock { $0 }.isSuperset(of: [path, FileSystem.parent(of: path), paths.messages, paths.folder]))
    }

    /// A copy or a move is durable when it is answered, so the file of a delivery that waits for its flush does not wait any longer.
    @Test(arguments: [StoreOptions.Role.mail, .web], [true, false])
    func whatIsCopiedOrMovedIsFlushed(role: StoreOptions.Role, moves: Bool) async throws {
        let flushed = Mutex<[String]>([])
        var files = FileSystem.real
        files.beforeWrite = { (call, path) throws(FileError) in
            if call == "fsync" { flushed.withLock { $0.append(path) } }
        }
        let mail = try TestStore(keepsFolder: role == .web)
        let test = try role == .web ? TestStore(root: mail.root, role: .web, files: files) : TestStore(files: files)
        let filing = try await (role == .web ? mail : test).account()
        guard case .success(.filed(let filed)) = try await filing.file([Sample.filing("a")])[0] else { throw StoreError.busy }
        let account = try await test.account()
        let (inbox, other) = (try await account.folder(.inbox).id, try await account.folder(.trash).id)
        flushed.withLock { $0 = [] }
        if moves {
            _ = try await account.move([filed.uid], from: inbox, to: other)
        } else {
            _ = try await account.copy([filed.uid], from: inbox, to: other)
        }
        let path = try await account.path(of: filed.message)
        let paths = MailboxPaths(root: test.root + "/accounts", account: TestStore.account)
        let order = flushed.withLock { $0 }
        #expect(Set(order).isSuperset(of: [path, FileSystem.parent(of: path), paths.messages, paths.folder]))
        await mail.store.shutdown()
        await test.store.shutdown()
    }

    @Test func anAccountWithoutMailIsFine() async throws {
        let test = try TestStore()
        #expect(try await test.store.check(TestStore.account).isEmpty)
    }

    /// Each write fails in its turn; what was answered stands, the rest left no trace.
    @Test func everyFailingWriteLeavesASoundAccount() async throws {
        var failsAt = 1
        while failsAt < 200 {
            let countdown = Countdown(failsAt)
            var files = FileSystem.real
            files.beforeWrite = { (call, path) throws(FileError) in try countdown.pass(call, path) }
            let root = NSTemporaryDirectory() + "malaposta-failing-\(UUID().uuidString.prefix(8))"
            var failing: TestStore?
            var filed = false
            do {
                let made = try TestStore(root: root, files: files, keepsFolder: true)
                failing = made
                let account = try await made.account()
                let inbox = try await account.folder(.inbox).id
                _ = try await account.append(Sample.message(), to: inbox)
                filed = try await account.file([Sample.filing("a")]).allSatisfy { (try? $0.get()) != nil }
                try await made.store.flush([account])
                _ = try await account.setFlags(FlagChange(.add, .deleted), in: inbox, uids: [UID(1)])
                _ = try await account.expunge(inbox)
            } catch {
                #expect(countdown.hasFailed)
            }
            let finished = !countdown.hasFailed
            countdown.disarm()
            await failing?.store.shutdown()
            let healthy = try TestStore(root: root)
            let account = try await healthy.account()
            let messages = try await account.folder(.inbox).messages
            #expect(messages >= 0 && messages <= 2)
            #expect(!finished || messages == 1)
            #expect(messages >= (filed ? 1 : 0))
            let serious = try await account.check().filter { $0.isSerious || $0.kind == .counter }
            #expect(serious.isEmpty, "write \(failsAt): \(serious)")
            await healthy.store.shutdown()
            if finished { break }
            failsAt += 1
        }
        #expect(failsAt > 10 && failsAt < 200)
    }

    /// A failed flush is never tried again: nothing more is promised, and whoever runs the store hears of it.
    @Test func nothingIsPromisedAfterAFailedFlush() async throws {
        let fails = Mutex(false)
        var files = FileSystem.real
        files.beforeWrite = { (call, path) throws(FileError) in
            if call == "fsync", path.hasSuffix(".eml"), fails.withLock({ $0 }) {
                throw FileError(call: call, path: path, code: EIO)
            }
        }
        let test = try TestStore(files: files)
        let account = try await test.account()
        let inbox = try await account.folder(.inbox).id
        fails.withLock { $0 = true }
        await #expect(throws: StoreError.self) { try await account.append(Sample.message(), to: inbox) }
        fails.withLock { $0 = false }
        await #expect(throws: StoreError.self) { try await account.append(Sample.message(), to: inbox) }
        await #expect(throws: StoreError.self) { try await StoreUpkeep(test.store).run() }
        #expect(test.store.hasFailedFlush)
    }

    /// A removal that stops anywhere leaves the whole account or none, and done again nothing at all.
    @Test func aRemovalThatStopsIsDoneAgain() async throws {
        let paths = { (root: String) in MailboxPaths(root: root + "/accounts", account: TestStore.account) }
        var failsAt = 1
        while failsAt < 100 {
            let first = try TestStore(keepsFolder: true)
            let account = try await first.account()
            _ = try await account.append(Sample.message(), to: try await account.folder(.inbox).id)
            await first.store.shutdown()

            let countdown = Countdown(failsAt)
            var files = FileSystem.real
            files.beforeWrite = { (call, path) throws(FileError) in try countdown.pass(call, path) }
            let failing = try? TestStore(root: first.root, files: files, keepsFolder: true)
            try? await failing?.store.remove(TestStore.account)
            let finished = !countdown.hasFailed
            countdown.disarm()
            await failing?.store.shutdown()

            let healthy = try TestStore(root: first.root)
            if try await healthy.store.exists(TestStore.account) {
                #expect(!finished)
                let again = try await healthy.account()
                #expect(try await again.folder(.inbox).messages == 1)
                #expect(try await again.check().isEmpty)
            }
            try await healthy.store.remove(TestStore.account)
            let place = FileSystem.parent(of: paths(first.root).folder)
            #expect(FileSystem.real.entries(place) == [], "write \(failsAt)")
            await healthy.store.shutdown()
            if finished { break }
            failsAt += 1
        }
        #expect(failsAt > 4 && failsAt < 100)
    }

    @Test func twoProcessesSeeEachOther() async throws {
        let mail = try TestStore(changes: true, keepsFolder: true)
        let web = try TestStore(root: mail.root, role: .web, changes: true)
        let (account, other) = (try await mail.account(), try await web.account())
        let inbox = try await account.folder(.inbox).id
        let notices = mail.store.changes.watch(TestStore.account)
        _ = try await account.append(Sample.message(), to: inbox)
        #expect(Array(try await other.uids(in: inbox)) == [UID(1)])
        _ = try await other.append(Sample.message(), to: inbox)
        _ = try await account.append(Sample.message(), to: inbox)
        #expect(Array(try await account.uids(in: inbox)) == [UID(1), UID(2), UID(3)])
        _ = try await other.setFlags(FlagChange(.add, .deleted), in: inbox, uids: [UID(2)])
        _ = try await other.expunge(inbox)
        #expect(Array(try await account.uids(in: inbox)) == [UID(1), UID(3)])
        let newest = try await other.folder(.inbox).highest
        // Where a datagram found a full queue, a look at the log stands in for it, which does not know the number.
        for await notice in notices where notice.modSequence >= newest || notice.modSequence == .zero { break }
        try await account.expectSound()
        await web.store.shutdown()
        await mail.store.shutdown()
    }

    @Test func idleAccountsAreClosedAndOpenAgain() async throws {
        let time = Mutex<Int64>(1_800_000_000)
        let root = NSTemporaryDirectory() + "malaposta-idle-\(UUID().uuidString.prefix(8))"
        defer { try? FileManager.default.removeItem(atPath: root) }
        let options = StoreOptions(root: root, role: .mail, bootID: "b") { time.withLock { $0 } }
        let store = try MailStore(options, logger: TestStore.quiet)
        let account = try await store.account(TestStore.account)
        let inbox = try await account.folder(.inbox).id
        _ = try await account.append(Sample.message(body: "zebra"), to: inbox)
        _ = try await account.file([Sample.filing("a")])
        time.withLock { $0 += 100 }
        await store.upkeep()
        #expect(await account.isOpen)
        try await store.flush([account])
        time.withLock { $0 += 100 }
        await store.upkeep()
        #expect(await !account.isOpen)
        #expect(try await account.find("zebra").count == 1)
        await store.shutdown()
    }

    @Test func manyWritersShareAnAccount() async throws {
        let mail = try TestStore(keepsFolder: true)
        let web = try TestStore(root: mail.root, role: .web)
        let accounts = [try await mail.account(), try await web.account()]
        let inbox = try await accounts[0].folder(.inbox).id
        try await withThrowingTaskGroup(of: UID.self) { group in
            for number in 0..<40 {
                group.addTask { try await accounts[number % 2].append(Sample.message(), to: inbox).uid }
            }
            let uids = try await group.reduce(into: Set<UID>()) { $0.insert($1) }
            #expect(uids.count == 40)
        }
        #expect(try await accounts[0].uids(in: inbox).count == 40)
        try await accounts[0].expectSound()
        await web.store.shutdown()
        await mail.store.shutdown()
    }
}

/// Fails one call, and all after it.
final class Countdown: Sendable {
    private let left: Mutex<Int>
    private let failed = Mutex(false)

    init(_ count: Int) { left = Mutex(count) }

    var hasFailed: Bool { failed.withLock { $0 } }

    func disarm() { left.withLock { $0 = .max } }

    func pass(_ call: String, _ path: String) throws(FileError) {
        let isTime = left.withLock { left in
            if left != .max { left -= 1 }
            return left <= 0
        }
        guard isTime else { return }
        failed.withLock { $0 = true }
        throw FileError(call: call, path: path, code: ENOSPC)
    }
}

extension Account {
    func path(of message: MessageID) throws -> String {
        try perform { mailbox in try mailbox.path(ofBlob: message.value) }
    }
}
