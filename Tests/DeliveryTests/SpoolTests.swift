import Foundation
import Mail
import NIOConcurrencyHelpers
import NIOCore
import Testing

@testable import Delivery

@Suite("The spool keeps what it has taken") struct SpoolTests {
    let folder: TemporaryFolder
    let clock = TestClock()

    init() throws { folder = try TemporaryFolder() }

    func open(_ files: any SpoolFileSystem = DiskFileSystem(), _ change: (inout SpoolLimits) -> Void = { _ in }) throws -> Spool {
        var limits = SpoolLimits()
        limits.lazyCommit = 5
        limits.freeDisk = 0
        change(&limits)
        return try Spool(folder: folder.path, files: files, limits: limits, logger: quiet, clock: clock.microseconds)
    }

    @Test(arguments: [0, 1, 5000, 262_144, 262_145, 1_000_000]) func reopens(size: Int) async throws {
        let text = String(repeating: "0123456789abcde\n", count: size / 16 + 1).prefix(size)
        let spool = try open()
        let entry = try await spool.accept(octets(String(text)))
        #expect(entry.size == size)
        #expect(try await spool.text(of: entry) == text)
        #expect(try folder.names("bodies").count == (size > 262_144 ? 1 : 0))
        await spool.close()
        let again = try open()
        let found = try #require(again.entry(entry.id))
        #expect(found.acceptance == entry.acceptance)
        #expect(try await again.text(of: found) == text)
        // What is returned to a sender is what he sent.
        #expect(String(buffer: try await again.beginning(of: found, octets: 20)) == text.prefix(20))
        #expect(found.progress.isUnderWay && found.progress.attempts == 1)
        #expect(again.octets == size && again.findings.isEmpty)
        try await again.drop(found)
        #expect(try folder.names("bodies").isEmpty)
        await again.close()
        let last = try open()
        #expect(last.entries.isEmpty)
        await last.close()
    }

    @Test func oneProcessAtATime() async throws {
        let spool = try open()
        #expect(throws: SpoolFailure.inUse) { try open() }
        await spool.close()
        await (try open()).close()
    }

    @Test func idsGrowOverRestartsAndClocksSetBack() async throws {
        var last = EntryID(0)
        for _ in 0..<5 {
            let spool = try open()
            for _ in 0..<3 {
                let id = try spool.nextID()
                #expect(id > last)
                #expect(EntryID(text: id.text) == id && id.text > last.text)
                last = id
            }
            // Without closing cleanly nothing is given back: the next process begins behind the whole block.
            await spool.close()
            clock.advance(seconds: -3600)
        }
    }

    @Test func oneFlushServesManySessions() async throws {
        let files = FaultyFileSystem()
        let spool = try open(files)
        try await spool.accept(octets("first"))
        let before = files.faults.withLockedValue { $0.syncs }
        let sessions = 64
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<sessions { group.addTask { for _ in 0..<4 { try await spool.accept(octets("hello")) } } }
            try await group.waitForAll()
        }
        let flushes = files.faults.withLockedValue { $0.syncs } - before
        #expect(spool.count == 1 + sessions * 4)
        #expect(flushes < sessions * 4)
        await spool.close()
    }

    @Test func noFlushNoAcceptance() async throws {
        let files = FaultyFileSystem()
        let spool = try open(files)
        try await spool.accept(octets("kept"))
        files.faults.withLockedValue { $0.failsAtSync = $0.syncs + 1 }
        await #expect(throws: SpoolFailure.broken) { try await spool.accept(octets("lost")) }
        files.repair()
        // A failed flush is never tried again.
        await #expect(throws: SpoolFailure.broken) { try await spool.accept(octets("later")) }
        #expect(spool.refusal(of: 0) == .broken)
        await spool.untilBroken()
        await spool.close()
        let again = try open()
        #expect(again.entries.contains { $0.size == 4 })
        await again.close()
    }

    /// A second flush would succeed, and the file could be there again after a power cut.
    @Test func noFlushNoRelease() async throws {
        let files = FaultyFileSystem()
        let spool = try open(files)
        let entry = try await spool.accept(octets("old"))
        clock.advance(seconds: 61)
        try await spool.accept(octets("new"))
        await spool.untilMoved(entry)
        // Its file is removed, and then the folder is flushed.
        files.faults.withLockedValue { $0.failsAtCall = $0.calls + 2 }
        await #expect(throws: SpoolFailure.broken) { try await spool.drop(entry) }
        #expect(spool.isBroken)
        await spool.close()
    }

    @Test func everyFailingWriteLeavesTheRestWhole() async throws {
        for failing in 1...6 {
            let folder = try TemporaryFolder()
            let files = FaultyFileSystem()
            var limits = SpoolLimits()
            limits.freeDisk = 0
            limits.inlineBody = 100
            let spool = try Spool(folder: folder.path, files: files, limits: limits, logger: quiet, clock: clock.microseconds)
            files.faults.withLockedValue { $0.failsAtWrite = $0.writes + failing }
            var kept: Set<EntryID> = []
            for size in [10, 500, 20, 600, 30] {
                if let entry = try? await spool.accept(octets(String(repeating: "x", count: size)), chunk: 64) {
                    kept.insert(entry.id)
                }
            }
            files.repair()
            kept.insert(try await spool.accept(octets("there is room again")).id)
            await spool.close()
            let again = try Spool(folder: folder.path, limits: limits, logger: quiet, clock: clock.microseconds)
            #expect(Set(again.entries.map(\.id)) == kept)
            for entry in again.entries { #expect(try await again.text(of: entry).utf8.count == entry.size) }
            #expect(try folder.names("bodies").count == again.entries.count { $0.bodyFile != nil })
            await again.close()
        }
    }

    /// Each call that changes the disk fails in its turn, once or from then on. What was accepted is there, whole, and what was
    /// refused is not; without a failed flush all goes on as soon as the disk works again.
    @Test(arguments: [false, true]) func everyFailingCallLeavesTheRestWhole(stays: Bool) async throws {
        var turn = 1
        while turn < 200 {
            let folder = try TemporaryFolder()
            let files = FaultyFileSystem()
            files.faults.withLockedValue { ($0.failsAtCall, $0.stays) = (turn, stays) }
            var limits = SpoolLimits()
            (limits.freeDisk, limits.inlineBody, limits.lazyCommit, limits.segment) = (0, 100, 5, 1)
            var kept: Set<EntryID> = []
            if let spool = try? Spool(folder: folder.path, files: files, limits: limits, logger: quiet, clock: clock.microseconds)
            {
                for size in [10, 500, 20] {
                    if let entry = try? await spool.accept(octets(String(repeating: "x", count: size)), chunk: 64) {
                        kept.insert(entry.id)
                        try? await spool.note(entry)
                    }
                }
                if let done = try? await spool.accept(octets("done")) {
                    try? await spool.drop(done)
                }
                // Everything leaves the journal, unless that fails.
                clock.advance(seconds: 61)
                if let later = try? await spool.accept(octets("later")) { kept.insert(later.id) }
                for entry in spool.entries { try? await spool.note(entry) }
                files.repair()
                if !spool.isBroken {
                    // Ids that could not be reserved are reserved with the next second.
                    clock.advance(seconds: 1)
                    await spool.until { (try? spool.nextID()) != nil }
                    kept.insert(try await spool.accept(octets("there is room again")).id)
                }
                await spool.close()
            }
            files.repair()
            let again = try Spool(folder: folder.path, limits: limits, logger: quiet, clock: clock.microseconds)
            #expect(Set(again.entries.map(\.id)).isSuperset(of: kept), "call \(turn)")
            for entry in again.entries { #expect(try await again.text(of: entry).utf8.count == entry.size) }
            #expect(again.findings.isEmpty, "call \(turn): \(again.findings)")
            await again.close()
            guard files.faults.withLockedValue({ $0.hasFailed }) else { break }
            turn += 1
        }
        #expect(turn > 20 && turn < 200)
    }

    @Test func everyTornTailKeepsWhatWasWholeBefore() async throws {
        let spool = try open()
        let first = try await spool.accept(octets("the first message"))
        let segment = "\(folder.path)/journal/\(try #require(try folder.names("journal").first))"
        let whole = try Data(contentsOf: URL(fileURLWithPath: segment)).count
        let second = try await spool.accept(octets("the second one, which a crash tears"))
        await spool.close()
        let content = try Data(contentsOf: URL(fileURLWithPath: segment))
        for length in stride(from: content.count, through: 0, by: -1) {
            let read = JournalFile.read(ByteBuffer(bytes: content.prefix(length)))
            let expected = length == content.count ? 2 : length >= whole ? 1 : 0
            #expect(read.frames.count == expected && read.damaged == 0)
        }
        try content.prefix(content.count - 1).write(to: URL(fileURLWithPath: segment))
        let again = try open()
        #expect(again.entries.map(\.id) == [first.id])
        #expect(try await again.text(of: again.entries[0]) == "the first message")
        // What comes after a torn tail stands in a segment of its own.
        let third = try await again.accept(octets("after the crash"))
        #expect(third.id > second.id)
        await again.close()
        let last = try open()
        #expect(last.entries.map(\.id) == [first.id, third.id])
        await last.close()
    }

    @Test func aFlippedBitCostsOneRecord() async throws {
        let spool = try open()
        var entries: [SpoolEntry] = []
        for number in 0..<3 { entries.append(try await spool.accept(octets("message \(number)"))) }
        await spool.close()
        let segment = "\(folder.path)/journal/\(try #require(try folder.names("journal").first))"
        var content = try Data(contentsOf: URL(fileURLWithPath: segment))
        let hit = try #require(content.range(of: Data("message 1".utf8)))
        content[hit.lowerBound] ^= 0x10
        try content.write(to: URL(fileURLWithPath: segment))
        let again = try open()
        #expect(again.entries.map(\.id) == [entries[0].id, entries[2].id])
        #expect(again.findings.count == 1)
        await again.close()
    }

    @Test func noMailPassesForARecord() throws {
        // A frame within a body is sealed with another seed than the segment's.
        var forged = Frame.of(.released, EntryID(7), seed: 1)
        var segment = JournalFile.header(seed: 2)
        segment.writeBuffer(&forged)
        #expect(JournalFile.read(segment).frames.isEmpty)
        #expect(CRC32C.of("123456789") == 0xe306_9283)
    }

    @Test func refusesBeyondItsBounds() async throws {
        let files = FaultyFileSystem()
        files.faults.withLockedValue { $0.freeOctets = 1_000 }
        let spool = try open(files) {
            $0.size = 1_000
            $0.entries = 2
            $0.freeDisk = 500
        }
        #expect(throws: SpoolFailure.full(limit: "spool.size")) { try spool.receive(try spool.acceptance(), announced: 1_001) }
        try await spool.accept(octets(String(repeating: "x", count: 900)))
        // More comes than was announced.
        await #expect(throws: SpoolFailure.full(limit: "spool.size")) {
            try await spool.accept(octets(String(repeating: "x", count: 101)))
        }
        try await spool.accept(octets(String(repeating: "x", count: 100)))
        await #expect(throws: SpoolFailure.full(limit: "entries")) { try await spool.accept(octets("x")) }
        for entry in spool.entries { try await spool.drop(entry) }
        #expect(spool.octets == 0)
        files.faults.withLockedValue { $0.freeOctets = 499 }
        clock.advance(seconds: 1)
        await spool.untilRefusing()
        #expect(spool.refusal(of: 0) == .full(limit: "spool.free_disk"))
        await spool.close()
    }

    @Test func whatWaitsLeavesTheJournal() async throws {
        let spool = try open { $0.segment = 1 }
        let entry = try await spool.accept(octets("it waits"))
        entry.update { $0.reason = "noted before" }
        try await spool.note(entry)
        clock.advance(seconds: 61)
        await spool.untilMoved(entry)
        #expect(try folder.names("messages") == [entry.id.text])
        #expect(try await spool.text(of: entry) == "it waits")
        entry.update { $0.reason = "noted after" }
        try await spool.note(entry)
        try await spool.accept(octets("another"))
        await spool.close()
        let again = try open { $0.segment = 1 }
        let found = try #require(again.entry(entry.id))
        #expect(found.progress.reason == "noted after")
        #expect(try await again.text(of: found) == "it waits")
        try await again.drop(found)
        #expect(try folder.names("messages").isEmpty)
        await again.close()
        let last = try open()
        #expect(last.entries.map(\.size) == [7])
        await last.close()
    }

    @Test func segmentsAreFreed() async throws {
        let spool = try open { $0.segment = 1 }
        for _ in 0..<5 { spool.release(try await spool.accept(octets("short"))) }
        try await spool.accept(octets("stays"))
        clock.advance(seconds: 1)
        await spool.until { (try? folder.names("journal").count) ?? 9 <= 2 }
        await spool.close()
        let again = try open()
        #expect(again.entries.map(\.size) == [5])
        await again.close()
    }

    @Test func blamesWhatWasUnderWay() async throws {
        let first = try open()
        try await first.accept(octets("poison"))
        await first.close()
        for round in 1...2 {
            let spool = try open()
            try await spool.blame(diedByItself: true)
            let entry = spool.entries[0]
            #expect(entry.progress.crashes == round)
            #expect(entry.progress.hold == (round == 2 ? .crashed : nil))
            #expect(entry.progress.isSuspect)
            entry.update { $0.begin(at: 1) }
            try await spool.note(entry)
            await spool.close()
        }
        let spool = try open()
        #expect(spool.entries[0].progress.hold == .crashed)
        await spool.close()
    }

    @Test func aKillBlamesNobodySoon() async throws {
        let first = try open()
        try await first.accept(octets("innocent"))
        await first.close()
        for round in 1...CrashLimits.interruptions {
            let spool = try open()
            try await spool.blame(diedByItself: false)
            let entry = spool.entries[0]
            #expect(entry.progress.hold == (round == CrashLimits.interruptions ? .crashed : nil))
            entry.update { $0.begin(at: 1) }
            try await spool.note(entry)
            await spool.close()
        }
    }

    @Test func aDerivedMessageIsMadeOnce() async throws {
        let spool = try open()
        var notice = try spool.acceptance()
        notice.key = Array("cause/failure0".utf8)
        #expect(try await spool.add(notice, body: octets("notice")) != nil)
        notice.id = try spool.nextID()
        #expect(try await spool.add(notice, body: octets("notice")) == nil)
        await spool.close()
        let again = try open()
        #expect(try await again.add(notice, body: octets("notice")) == nil)
        await again.close()
    }
}

extension CRC32C {
    static func of(_ text: String) -> UInt32 {
        var crc = CRC32C()
        crc.update(ByteBuffer(string: text).readableBytesView)
        return crc.value
    }
}

extension Spool {
    func untilMoved(_ entry: SpoolEntry) async { await until { entry.place.segment == nil } }
    func untilRefusing() async { await until { refusal(of: 0) != nil } }
}
