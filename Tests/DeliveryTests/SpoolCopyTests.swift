import NIOCore
import Testing

@testable import Delivery

@Suite("A copy of a spool in use") struct SpoolCopyTests {
    private let folder: TemporaryFolder
    private let clock = TestClock()

    init() throws { folder = try TemporaryFolder() }

    private func open(_ name: String) throws -> Spool {
        var limits = SpoolLimits()
        limits.freeDisk = 0
        return try Spool(folder: folder.path + "/\(name)", limits: limits, logger: quiet, clock: clock.microseconds)
    }

    @Test func holdsWhatWasAcceptedAndNotFinished() async throws {
        let spool = try open("spool")
        let small = try await spool.accept(octets("small"))
        let large = try await spool.accept(octets(String(repeating: "x", count: 300_000)))
        let gone = try await spool.accept(octets("gone"))
        try await spool.drop(gone)
        #expect(try SpoolCopy.make(of: folder.path + "/spool", to: folder.path + "/copy") == 2)
        await spool.close()
        let copy = try open("copy")
        #expect(copy.findings.isEmpty)
        #expect(copy.entries.map(\.id) == [small.id, large.id])
        let found = try #require(copy.entry(large.id))
        #expect(try await copy.text(of: found).count == 300_000)
        await copy.close()
    }

    @Test func ofNothingIsNothing() async throws {
        await (try open("spool")).close()
        #expect(try SpoolCopy.make(of: folder.path + "/spool", to: folder.path + "/copy") == 0)
        #expect(throws: SpoolFailure.self) { try SpoolCopy.make(of: folder.path + "/nowhere", to: folder.path + "/other") }
    }
}
