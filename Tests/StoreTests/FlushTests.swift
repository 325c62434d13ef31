import Glibc
import Mail
import Synchronization
import Testing

@testable import Store

@Suite("Flushes of what was filed") struct FlushTests {
    /// Calls that flush, in order; `fails` makes the next ones fail.
    final class Disk: Sendable {
        let calls = Mutex<[String]>([])
        let fails = Mutex(false)

        var files: FileSystem {
            var files = FileSystem.real
            files.beforeWrite = { [self] (call, path) throws(FileError) in
                guard call.hasSuffix("sync") || call == "syncfs" else { return }
                if fails.withLock({ $0 }) { throw FileError(call: call, path: path, code: EIO) }
                calls.withLock { $0.append(call) }
            }
            return files
        }
    }

    /// However many accounts and messages there are.
    @Test func oneCallServesAll() async throws {
        let disk = Disk()
        let test = try TestStore(files: disk.files)
        var accounts: [Account] = []
        for number in 1...20 { accounts.append(try await test.store.account(AccountID(UInt128(number)))) }
        for account in accounts {
            _ = try await account.file((0..<3).map { Sample.filing("\($0)") })
            #expect(await account.flushTarget != nil)
        }
        disk.calls.withLock { $0 = [] }
        try await test.store.flush(Set(accounts.map(\.id)))
        #expect(disk.calls.withLock { $0 } == ["syncfs"])
        for account in accounts { #expect(await account.flushTarget == nil) }
        try await test.store.flush(Set(accounts.map(\.id)))
        #expect(disk.calls.withLock { $0 } == ["syncfs"])
    }

    /// A flush vouches for the filings that it found, not for later ones.
    @Test func whatComesMeanwhileWaitsForTheNext() async throws {
        let test = try TestStore()
        let account = try await test.account()
        _ = try await account.file([Sample.filing("a")])
        let target = try #require(await account.flushTarget)
        _ = try await account.file([Sample.filing("b")])
        await account.flushed(target)
        #expect(await account.flushTarget?.filings == 2)
        try await test.store.flush([account])
        #expect(await account.flushTarget == nil)
    }

    /// The databases were closed and opened again while the disk was busy: their filings are counted anew.
    @Test func anEarlierOpeningsFlushSaysNothing() async throws {
        let test = try TestStore()
        let account = try await test.account()
        _ = try await account.file([Sample.filing("a")])
        _ = try await account.file([Sample.filing("b")])
        let target = try #require(await account.flushTarget)
        try await account.letGo()
        _ = try await account.file([Sample.filing("c")])
        await account.flushed(target)
        #expect(await account.flushTarget?.filings == 1)
    }

    /// As where the process has no descriptor left: the disk has not failed, and the rows stand.
    @Test func anAppendThatCouldNotBeFlushedIsLeftToTheNextFlush() async throws {
        let isTight = Mutex(false)
        var files = FileSystem.real
        files.beforeWrite = { (call, path) throws(FileError) in
            if call == "fsync", isTight.withLock({ $0 }) { throw FileError(call: "open", path: path, code: EMFILE) }
        }
        let test = try TestStore(files: files)
        let account = try await test.account()
        let inbox = try await account.folder(.inbox).id
        isTight.withLock { $0 = true }
        await #expect(throws: StoreError.self) { try await account.append(Sample.message(), to: inbox) }
        isTight.withLock { $0 = false }
        #expect(!test.store.hasFailedFlush)
        _ = try await account.append(Sample.message(), to: inbox)
        #expect(await account.flushTarget != nil)
        try await test.store.flush([account])
        await account.close()
        #expect(await !account.isOpen)
        #expect(try await account.uids(in: inbox).count == 2)
    }

    @Test func aFailedOneIsTheLast() async throws {
        let disk = Disk()
        let test = try TestStore(files: disk.files)
        let account = try await test.account()
        _ = try await account.file([Sample.filing("a")])
        disk.fails.withLock { $0 = true }
        await #expect(throws: StoreError.self) { try await test.store.flush([account]) }
        disk.fails.withLock { $0 = false }
        await #expect(throws: StoreError.self) { try await test.store.flush([account]) }
        #expect(test.store.hasFailedFlush)
        await #expect(throws: StoreError.self) { try await account.file([Sample.filing("b")]) }
    }
}
