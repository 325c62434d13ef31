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

        let told = Mutex<[ChangeNotice]>([])
        let watch = web.store.changes.watch(TestStore.account) { notice in told.withLock { $0.append(notice) } }
        let start = ContinuousClock.now
        for number in 0..<400 {
            _ = try await account.setFlags(FlagChange(number % 2 == 0 ? .add : .remove, .flagged), in: inbox, uids: [UID(1)])
        }
        let newest = try await account.folder(.inbox).highest
        func isTold(_ notice: ChangeNotice) -> Bool { notice.modSequence >= newest || notice.modSequence == .zero }
        while !told.withLock({ $0.contains(where: isTold) }) { try await Task.sleep(for: .milliseconds(5)) }
        let passes = (ContinuousClock.now - start) / ChangeDatagrams.pause
        // Two more: the first is sent at once, and the log is looked at besides.
        #expect(Double(told.withLock { $0.count }) <= passes.rounded(.up) + 2 + passes / 20)
        #expect(try await other.folder(.inbox).highest == newest)
        withExtendedLifetime(watch) {}
        await web.store.shutdown()
        await mail.store.shutdown()
    }
}
