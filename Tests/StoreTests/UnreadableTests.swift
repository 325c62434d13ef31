import Foundation
import Logging
import Mail
import SQL
import Synchronization
import TestSupport
import Testing

@testable import Store

@Suite("After a failed flush, what cannot be read stops nobody") struct UnreadableTests {
    private typealias Disk = FailedFlushTests.Disk

    private let well = TestStore.account
    private let ill = AccountID(7)

    private func paths(_ root: String, _ id: AccountID) -> MailboxPaths {
        MailboxPaths(root: root + "/accounts", account: id)
    }

    private func leaveNote(_ root: String) throws {
        try FailedFlushNote(StoreOptions(root: root + "/accounts", role: .web, bootID: "boot-1")).add()
    }

    private func noteStands(_ root: String) -> Bool { FileManager.default.fileExists(atPath: root + "/accounts/flush-failed") }

    /// A closed store with a note of a failed flush, and a message in each account; their files.
    private func failed(_ ids: [AccountID]) async throws -> (root: String, messages: [AccountID: String]) {
        let test = try TestStore(keepsFolder: true)
        var messages: [AccountID: String] = [:]
        for id in ids {
            let account = try await test.store.account(id)
            let added = try await account.append(Sample.message(subject: "one"), to: try await account.folder(.inbox).id)
            messages[id] = try await account.path(of: added.message)
        }
        await test.store.shutdown()
        try leaveNote(test.root)
        return (test.root, messages)
    }

    /// A folder in the place of a file can be opened to be read, and not read.
    private func putFolder(_ path: String) throws {
        try? FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    /// A link to itself cannot even be looked at.
    private func putLoop(_ path: String) throws {
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: path)
    }

    private func expectWell(_ root: String, _ test: TestStore, _ location: SourceLocation = #_sourceLocation) async throws {
        #expect(!noteStands(root), sourceLocation: location)
        #expect(FileSystem.real.size(paths(root, well).log) == 0, sourceLocation: location)
        let account = try await test.account()
        let inbox = try await account.folder(.inbox).id
        let subjects = try await account.list(inbox, ListRequest(order: .subject)).rows.map(\.subject)
        #expect(subjects == ["one"], sourceLocation: location)
        _ = try await account.append(Sample.message(), to: inbox)
        try await account.expectSound(location)
    }

    // MARK: Accounts

    enum Part: CaseIterable {
        case database, log, sharedMemory, lock

        func path(_ paths: MailboxPaths) -> String {
            switch self {
            case .database: paths.database
            case .log: paths.log
            case .sharedMemory: paths.sharedMemory
            case .lock: paths.lock
            }
        }
    }

    /// Its messages, and its log where that can be read, are written anew all the same: a rebuild takes them.
    @Test(arguments: Part.allCases) func anAccountIsPassedOver(part: Part) async throws {
        let (root, messages) = try await failed([ill, well])
        let unreadable = part.path(paths(root, ill))
        try putFolder(unreadable)
        let (disk, log) = (Disk(), RecordedLog())
        let test = try TestStore(root: root, files: disk.files, logger: log.logger)
        try await expectWell(root, test)
        let line = try #require(log.errors.first)
        #expect(log.errors.count == 1)
        #expect(line.metadata["account"] == ill.hex)
        #expect(line.metadata["file"] == unreadable)
        #expect(line.metadata["cause"] == "read \(unreadable): Is a directory")
        let written = disk.paths("pwrite")
        #expect(written.contains(try #require(messages[ill])))
        #expect(written.contains(paths(root, ill).log) == [.database, .sharedMemory].contains(part))
        #expect(disk.paths("syncfs").contains(paths(root, ill).folder))
    }

    @Test func aDamagedAccountIsPassedOver() async throws {
        let (root, messages) = try await failed([ill, well])
        let database = paths(root, ill).database
        for path in [database, paths(root, ill).log] {
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            try file.write(contentsOf: Data(repeating: 0xff, count: 4_096))
            try file.close()
        }
        try FileManager.default.removeItem(atPath: paths(root, ill).sharedMemory)
        let (disk, log) = (Disk(), RecordedLog())
        let test = try TestStore(root: root, files: disk.files, logger: log.logger)
        try await expectWell(root, test)
        #expect(log.errors.map(\.metadata["file"]) == [database])
        #expect(disk.paths("pwrite").contains(try #require(messages[ill])))
        #expect(try await test.store.check(ill).map(\.kind).contains(.databaseDamaged))
    }

    @Test func anAccountOfANewerProgramIsPassedOver() async throws {
        let (root, messages) = try await failed([ill, well])
        do {
            let database = try Connection(path: paths(root, ill).database, mode: .readWrite)
            try database.useWriteAheadLog(checkpoints: false)
            try database.execute("UPDATE schema_version SET version = 1000")
        }
        let (disk, log) = (Disk(), RecordedLog())
        let test = try TestStore(root: root, files: disk.files, logger: log.logger)
        try await expectWell(root, test)
        #expect(log.errors.map(\.metadata["account"]) == [ill.hex])
        let written = disk.paths("pwrite")
        #expect(written.contains(try #require(messages[ill])) && written.contains(paths(root, ill).log))
    }

    @Test func anAccountsFolderIsPassedOver() async throws {
        let (root, _) = try await failed([ill, well])
        try putLoop(paths(root, ill).folder)
        let (disk, log) = (Disk(), RecordedLog())
        let test = try TestStore(root: root, files: disk.files, logger: log.logger)
        try await expectWell(root, test)
        #expect(log.errors.first?.metadata["account"] == ill.hex)
        #expect(log.errors.first?.metadata["file"] == paths(root, ill).log)
        // Something is flushed all the same: it shows whether the disk takes anything.
        #expect(disk.paths("syncfs").contains(root + "/accounts"))
        #expect(try await test.store.check(ill).map(\.kind) == [.databaseDamaged])
    }

    @Test func aShelfIsPassedOver() async throws {
        let (root, _) = try await failed([ill, well])
        let shelf = FileSystem.parent(of: paths(root, ill).folder)
        try putLoop(shelf)
        let log = RecordedLog()
        let test = try TestStore(root: root, logger: log.logger)
        try await expectWell(root, test)
        #expect(log.errors.map(\.metadata["file"]) == [shelf])
    }

    // MARK: Messages

    enum Obstacle: CaseIterable { case folder, loop, inputOutput }

    @Test(arguments: Obstacle.allCases) func aMessageFileIsPassedOver(obstacle: Obstacle) async throws {
        let (root, messages) = try await failed([ill, well])
        let unreadable = try #require(messages[ill])
        switch obstacle {
        case .folder: try putFolder(unreadable)
        case .loop: try putLoop(unreadable)
        case .inputOutput:
            // Its first page is nobody's: EIO, as of a disk (proc(5)).
            try FileManager.default.removeItem(atPath: unreadable)
            try FileManager.default.createSymbolicLink(atPath: unreadable, withDestinationPath: "/proc/self/mem")
        }
        let (disk, log) = (Disk(), RecordedLog())
        let test = try TestStore(root: root, files: disk.files, logger: log.logger)
        try await expectWell(root, test)
        #expect(log.errors.map(\.metadata["account"]) == [ill.hex])
        #expect(log.errors.map(\.metadata["file"]) == [unreadable])
        #expect(disk.paths("pwrite").contains(try #require(messages[well])))
        // The account itself is well.
        #expect(FileSystem.real.size(paths(root, ill).log) == 0)
    }

    /// Where nobody knows the rows of an account, a folder of its messages tells the same.
    @Test func aFolderOfMessagesIsPassedOver() async throws {
        let (root, messages) = try await failed([ill, well])
        let folder = FileSystem.parent(of: try #require(messages[ill]))
        try putLoop(folder)
        try putFolder(paths(root, ill).database)
        let log = RecordedLog()
        let test = try TestStore(root: root, logger: log.logger)
        try await expectWell(root, test)
        #expect(log.errors.map(\.metadata["file"]) == [paths(root, ill).database, folder])
    }

    // MARK: What stops the worker

    /// The account cannot be read, and the disk cannot be written either.
    @Test(arguments: ["pwrite", "syncfs"]) func aDiskThatTakesNothingStopsIt(call: String) async throws {
        let (root, _) = try await failed([ill])
        try putFolder(paths(root, ill).database)
        let disk = Disk()
        disk.failing.withLock { $0 = [call] }
        #expect(throws: StoreError.self) { try TestStore(root: root, files: disk.files, keepsFolder: true) }
        #expect(noteStands(root))
        disk.failing.withLock { $0 = [] }
        let test = try TestStore(root: root, files: disk.files)
        #expect(!noteStands(root))
        await test.store.shutdown()
    }

    /// Only errors of reading are looked into, and only where it shows that something cannot be read.
    @Test(
        arguments: [
            (SQLError(.inputOutput, ""), true), (SQLError(.cannotOpen, ""), true), (SQLError(.full, ""), false),
            (SQLError(.flushFailed, ""), false), (SQLError(.busy, ""), false),
            (FileError(call: "open", path: "", code: EIO), true),
            (FileError(call: "pwrite", path: "", code: EIO), false), (FileError(call: "fsync", path: "", code: EIO), false),
        ] as [(any Error, Bool)])
    func errorsOfReading(error: any Error, isOfReading: Bool) async throws {
        let test = try TestStore()
        _ = try await test.account()
        let paths = paths(test.root, well)
        await test.store.shutdown()
        #expect(AccountFault(error, paths, .real) == nil, "all can be read")
        try putFolder(paths.log)
        #expect((AccountFault(error, paths, .real)?.path == paths.log) == isOfReading)
    }

    /// As one that somebody has copied back as another user; that one can be read, and not even root may write it (proc(5)).
    @Test func aFileThatMayNotBeChangedIsAtFault() throws {
        let path = "/proc/sys/kernel/ostype"
        #expect(FileSystem.real.readFault(path) == nil)
        #expect(FileSystem.real.fault(of: path)?.code == EACCES)
    }

    enum Owner: CaseIterable { case ours, notOurs }

    @Test(arguments: Owner.allCases) func anAccountThatMayNotBeChangedIsPassedOver(owner: Owner) throws {
        let folder = NSTemporaryDirectory() + "malaposta-fault-\(UUID().uuidString.prefix(8))"
        let paths = MailboxPaths(root: folder, account: ill)
        try FileManager.default.createDirectory(atPath: paths.folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let place = owner == .ours ? "/dev/null" : "/proc/sys/kernel/ostype"
        try FileManager.default.createSymbolicLink(atPath: paths.database, withDestinationPath: place)
        let fault = AccountFault(SQLError(.cannotOpen, ""), paths, .real)
        #expect(fault?.path == (owner == .ours ? nil : paths.database))
    }

    /// Descriptors and memory are this process's own trouble.
    @Test func whatIsNotThereIsNoFault() throws {
        let test = try TestStore()
        let (files, path) = (FileSystem.real, test.root + "/none/none")
        #expect([files.readFault(path), files.listFault(path), files.statusFault(path)].allSatisfy { $0 == nil })
    }
}
