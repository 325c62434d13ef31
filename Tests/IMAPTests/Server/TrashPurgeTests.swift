import Mail
import NIOCore
import Store
import Synchronization
import Testing

@testable import IMAP

@Suite("The trash at log-in") struct TrashPurgeTests {
    private static let day: Int64 = 86_400

    @Test func whatLiesThereForMoreThanSevenDaysGoes() async throws {
        let clock = Mutex<Int64>(1_767_261_600)
        try await withServer(now: { clock.withLock { $0 } }) { server in
            let account = try await server.account(server.host.ana)
            let trash = try await account.folder(SpecialUse.trash)
            let old = try await server.deliver(RunningServer.message(1))
            let young = try await server.deliver(RunningServer.message(2))
            try await server.deliver(RunningServer.message(3))
            _ = try await account.move([old.uid], from: old.folder, to: trash.id)
            clock.withLock { $0 += 3 * Self.day }
            _ = try await account.move([young.uid], from: young.folder, to: trash.id)

            let watcher = try await TestClient(server.address)
            _ = await watcher.line()
            // The watcher's own log-in comes while both may stay.
            #expect(try await watcher.command("LOGIN ana@acme.example secret").hasPrefix("t OK"))
            #expect(try await watcher.command("SELECT Trash").hasPrefix("t OK"))
            try await watcher.send("a IDLE\r\n")
            #expect(await watcher.line() == "+ idling")

            clock.withLock { $0 += 4 * Self.day + 1 }
            let client = try await TestClient(server.address)
            _ = await client.line()
            #expect(try await client.command("LOGIN ana@acme.example secret").hasPrefix("t OK"))
            #expect(await watcher.line() == "* 1 EXPUNGE")
            #expect(try await account.folder(SpecialUse.trash).messages == 1)
            #expect(try await account.folder(SpecialUse.inbox).messages == 1)
        }
    }
}
