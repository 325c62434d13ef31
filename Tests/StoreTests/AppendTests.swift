import Foundation
import Mail
import NIOCore
import Synchronization
import Testing

@testable import Store

@Suite("Appends that share a commit, and rows written with their octets") struct AppendTests {
    /// Whoever is refused is refused alone, whatever came together.
    @Test func appendsThatComeTogetherHaveResultsOfTheirOwn() async throws {
        let test = try TestStore()
        let account = try await test.account()
        let inbox = try await account.folder(.inbox).id
        let gone = FolderID(1_000_000)
        let results = await withTaskGroup(of: (Int, Result<Filed, StoreError>).self) { group in
            for number in 0..<30 {
                group.addTask {
                    do throws(StoreError) {
                        let folder = number == 7 ? gone : inbox
                        let quota: ByteCount? = number == 11 ? ByteCount(1) : nil
                        let filed = try await account.append(Sample.message(subject: "n\(number)"), to: folder, quota: quota)
                        return (number, .success(filed))
                    } catch { return (number, .failure(error)) }
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        #expect(throws: StoreError.noSuchFolder) { try results[7]?.get() }
        let isOverQuota = if case .failure(.overQuota) = results[11] { true } else { false }
        #expect(isOverQuota)
        let filed = results.values.compactMap { try? $0.get() }
        #expect(Set(filed.map(\.uid)).count == 28)
        for (number, result) in results {
            guard case .success(let filed) = result else { continue }
            #expect(try await account.message(filed.message)?.listing.subject == "n\(number)")
        }
        try await account.expectSound()
    }

    /// Files, the folder and the log are flushed once for all of a call.
    @Test func manyMessagesNeedFewFlushes() async throws {
        let flushes = Mutex<[String]>([])
        var files = FileSystem.real
        files.beforeWrite = { (call, path) throws(FileError) in
            if call == "fsync" { flushes.withLock { $0.append(path) } }
        }
        let test = try TestStore(files: files)
        let account = try await test.account()
        let inbox = try await account.folder(.inbox).id
        _ = try await account.append(Sample.message(), to: inbox)
        flushes.withLock { $0 = [] }
        _ = try await account.append((0..<20).map { Sample.message(subject: "n\($0)") }, to: inbox)
        let paths = flushes.withLock { $0 }
        #expect(paths.count { $0.hasSuffix(".eml") } == 20)
        #expect(paths.count { $0.hasSuffix("-wal") } == 1)
        // One folder, or two where the hour of folders has just changed.
        #expect(paths.count <= 20 + 1 + 4)
    }

    @Test func rowsAreWrittenWithTheirOctetsUntilOneIsRefusedOrBroken() async throws {
        let test = try TestStore()
        let account = try await test.account()
        let inbox = try await account.folder(.inbox).id
        let filed = try await account.append((1...4).map { Sample.message(subject: "n\($0)") }, to: inbox)
        func write(_ uids: UIDSet, refusing refused: UID? = nil) async throws -> WrittenRows {
            try await account.write(inbox, uids: uids, fields: [.content, .details], into: ByteBuffer()) { row, buffer in
                try row.appendContent(0..<row.size, to: &buffer)
                return row.uid != refused
            }
        }
        let all = try await write(.all)
        var expected = ByteBuffer()
        for number in 1...4 { expected.writeImmutableBuffer(Sample.octets(subject: "n\(number)")) }
        #expect(all.buffer == expected && all.last == UID(4) && all.refused == nil)

        let some = try await write(.all, refusing: UID(2))
        #expect(some.buffer == Sample.octets(subject: "n1") && some.last == UID(1) && some.refused == UID(2))

        try FileManager.default.removeItem(atPath: try await account.path(of: filed[2].message))
        let whole = try await write(.all)
        #expect(whole.last == UID(2) && whole.refused == nil)
        let error = await #expect(throws: StoreError.self) { try await write([UID(3), UID(4)]) }
        let isDamaged = if case .damaged? = error { true } else { false }
        #expect(isDamaged)
    }

    @Test func aWatchIsToldUntilItIsGone() async throws {
        let test = try TestStore()
        let account = try await test.account()
        let inbox = try await account.folder(.inbox).id
        let told = Mutex<[ModSequence]>([])
        var watch: ChangeWatch? = test.store.changes.watch(TestStore.account) { notice in
            told.withLock { $0.append(notice.modSequence) }
        }
        let filed = try await account.append(Sample.message(), to: inbox)
        #expect(told.withLock { $0 } == [filed.modSequence])
        let change = try await account.setFlags(FlagChange(.add, .seen), in: inbox, uids: [filed.uid])
        #expect(change.before == filed.modSequence)
        #expect(told.withLock { $0.last } == change.after)
        _ = watch
        watch = nil
        _ = try await account.append(Sample.message(), to: inbox)
        #expect(told.withLock { $0.last } == change.after)
        #expect(try await account.changes(in: inbox, since: change.after).highestOfAccount > change.after)
    }
}
