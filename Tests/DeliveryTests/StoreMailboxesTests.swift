import Mail
import Store
import Testing

@testable import Delivery

@Suite("Filing into the store itself") struct StoreMailboxesTests {
    @Test func takesADeliveryOnceAndTellsUsage() async throws {
        let folder = try TemporaryFolder()
        let store = try MailStore(StoreOptions(root: folder.path + "/accounts", role: .mail), logger: quiet)
        let mailboxes = StoreMailboxes(store)
        let ana = AccountID(7)
        #expect(try await mailboxes.usage(of: ana) == MailboxUsage(used: 0, purgeable: 0))
        var copy = MailboxCopy(
            deliveryID: Array("id/i".utf8), prefix: octets("Return-Path: <>\r\n"),
            body: .octets(octets("Subject: hello\r\n\r\nHi.\r\n")), folder: .inbox, flags: [], date: 1_800_000_000, quota: nil)
        for _ in 0..<2 { _ = try await mailboxes.file([copy], into: ana)[0].get() }
        try await mailboxes.flush([ana])
        #expect(try await store.account(ana).folder(.inbox).messages == 1)
        #expect(try await mailboxes.usage(of: ana).used == 40)
        copy.deliveryID = Array("id/s".utf8)
        copy.folder = .sent
        copy.quota = ByteCount(50)
        #expect(await mailboxes.file([copy], into: ana) == [.failure(.overQuota)])
        copy.quota = nil
        let sent = try await mailboxes.file([copy], into: ana)[0].get()
        try await mailboxes.remove(sent, from: ana)
        try await mailboxes.remove(sent, from: ana)
        #expect(try await store.account(ana).folder(.sent).messages == 0)
        await store.shutdown()
    }
}
