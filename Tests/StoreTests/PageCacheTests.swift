import Mail
import SQL
import Testing

@testable import Store

@Suite("Page caches") struct PageCacheTests {
    @Test func shares() {
        #expect(PageCache.share(of: 0) == PageCache.most)
        #expect(PageCache.share(of: 1) == PageCache.most)
        #expect(PageCache.share(of: PageCache.all / PageCache.most) == PageCache.most)
        #expect(PageCache.share(of: 2 * PageCache.all / PageCache.most) == PageCache.most / 2)
        #expect(PageCache.share(of: 500) == PageCache.least)
    }

    /// An account that is opened has its share; those that are open count.
    @Test func anOpenedAccountHasItsShare() async throws {
        let test = try TestStore()
        let account = try await test.account()
        #expect(try await account.perform { try $0.database.first("PRAGMA cache_size") { $0.integer(0) } } == -8_192)
        #expect(test.store.shared.openAccounts.nextCache == PageCache.most)
        for number in 0..<100 {
            let other = Account(id: AccountID(UInt128(number)), shared: test.store.shared)
            test.store.shared.openAccounts.use(other, at: 0)
        }
        #expect(test.store.shared.openAccounts.nextCache == PageCache.all / 102)
        await test.store.shutdown()
    }
}
