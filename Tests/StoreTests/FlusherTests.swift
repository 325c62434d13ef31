import Foundation
import Synchronization
import Testing

@testable import Store

@Suite("Flushes that callers share") struct FlusherTests {
    /// Flushes of one file wait until they are let go.
    private final class SlowFile: Sendable {
        let path: String
        let gate = DispatchSemaphore(value: 0)
        private let begun = Mutex(0)

        init(_ path: String) { self.path = path }

        var flushes: Int { begun.withLock { $0 } }

        var files: FileSystem {
            var files = FileSystem.real
            files.beforeWrite = { [self] (call, path) throws(FileError) in
                guard call == "fsync", path == self.path else { return }
                begun.withLock { $0 += 1 }
                gate.wait()
            }
            return files
        }

        func letGo(_ count: Int) { for _ in 0..<count { gate.signal() } }
    }

    private let folder = NSTemporaryDirectory() + "malaposta-flusher-\(UUID().uuidString.prefix(8))"

    private func file(_ name: String) throws -> String {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data("octets".utf8).write(to: URL(filePath: "\(folder)/\(name)"))
        return "\(folder)/\(name)"
    }

    private func flusher(_ files: FileSystem) -> Flusher {
        Flusher(files: files, failures: FlushWatch(note: nil, logger: TestStore.quiet))
    }

    @Test(.timeLimit(.minutes(10))) func whoComesDuringAFlushSharesTheNext() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let slow = SlowFile(try file("slow"))
        let flusher = flusher(slow.files)
        let first = flusher.flush([.whole(slow.path)])
        while slow.flushes == 0 { await Task.yield() }
        let later = (0..<5).map { _ in flusher.flush([.whole(slow.path)]) }
        #expect(first.isOnDisk == nil && later.allSatisfy { $0.isOnDisk == nil })
        slow.letGo(1)
        try await first.wait()
        while slow.flushes == 1 { await Task.yield() }
        #expect(first.isOnDisk == true && later.allSatisfy { $0.isOnDisk == nil })
        slow.letGo(1)
        for flush in later { try await flush.wait() }
        #expect(slow.flushes == 2 && later.allSatisfy { $0.isOnDisk == true })
        try await flusher.shutdown()
    }

    @Test(.timeLimit(.minutes(10))) func nobodyWaitsForAnothersSlowFile() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let slow = SlowFile(try file("slow"))
        let flusher = flusher(slow.files)
        let waiting = flusher.flush([.whole(slow.path)])
        while slow.flushes == 0 { await Task.yield() }
        try await flusher.flush([.whole(try file("quick")), .octets(try file("log")), .whole(folder)]).wait()
        #expect(waiting.isOnDisk == nil)
        slow.letGo(1)
        try await waiting.wait()
        try await flusher.shutdown()
    }

    @Test(.timeLimit(.minutes(10))) func itEndsNotBeforeItIsClosed() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let flusher = flusher(.real)
        let flush = Flush()
        flusher.begin([.whole(try file("one"))], of: flush)
        try await flusher.flush([.whole(try file("two"))]).wait()
        #expect(flush.isOnDisk == nil)
        flusher.begin([.octets(try file("three"))], of: flush)
        flush.close()
        try await flush.wait()
        #expect(flush.isOnDisk == true)
        try await flusher.shutdown()
    }

    @Test func oneItemThatFailsFailsTheWhole() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (good, bad) = (try file("good"), try file("bad"))
        var files = FileSystem.real
        files.beforeWrite = { (call, path) throws(FileError) in
            if path == bad { throw FileError(call: call, path: path, code: EIO) }
        }
        let flusher = flusher(files)
        let flush = flusher.flush([.whole(good), .whole(bad)])
        await #expect(throws: StoreError.self) { try await flush.wait() }
        #expect(flush.isOnDisk == false)
        // Nothing is believed after a failure, whatever the disk says.
        await #expect(throws: StoreError.self) { try await flusher.flush([.whole(good)]).wait() }
        try await flusher.shutdown()
    }
}
