import Mail
import Synchronization
import Testing

@testable import Store

@Suite("Notices between processes") struct ChangeNoticeTests {
    /// Each notice costs the other processes a look, so a burst of changes is told in a few of them, and its last in any case.
    @Test func aBurstIsToldInFewNotices() async throws {
        let mail = try TestStore(changes: true, keepsFolder: true)
        let web = try TestStore(root: mail.root, role: .web, changes: true)
        let (account, other) = (try await mail.account(), try await web.account())
        let inbox = try await account.folder(.inbox).id
        _ = try await account.append(Sample.message(), to: inbox)

        let told = Mutex(0)
        let watch = web.store.changes.watch(TestStore.account) { _ in told.withLock { $0 += 1 } }
        let notices = web.store.changes.watch(TestStore.account)
        let start = ContinuousClock.now
        for number in 0..<400 {
            _ = try await account.setFlags(FlagChange(number % 2 == 0 ? .add : .remove, .flagged), in: inbox, uids: [UID(1)])
        }
        let newest = try await account.folder(.inbox).highest
        // Where a datagram found a full queue, a look at the log stands in for it, which does not know the number.
        for await notice in notices where notice.modSequence >= newest || notice.modSequence == .zero { break }
        let passes = (ContinuousClock.now - start) / ChangeDatagrams.pause
        // Two more: the first is sent at once, and the log is looked at besides.
        #expect(Double(told.withLock { $0 }) <= passes.rounded(.up) + 2 + passes / 20)
        #expect(try await other.folder(.inbox).highest == newest)
        withExtendedLifetime(watch) {}
        await web.store.shutdown()
        await mail.store.shutdown()
    }
}
