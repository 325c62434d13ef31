import Directory
import Mail
import SQL
import Synchronization
import Testing

@testable import ControlPlane

@Suite("Whoever leaves, page by page") struct RetiredPagesTests {
    private let host: ExampleHost
    private let database: ControlDatabase
    private let count = 2 * ControlDatabase.retiredPage + 1

    init() throws {
        host = try ExampleHost()
        database = try ControlDatabase(host.folders)
    }

    private func account(_ number: Int) throws -> DirectoryAccount {
        try DirectoryAccount(
            id: AccountID(UInt128(number + 1)), tenant: TenantID("acme"), tenantName: "Acme",
            address: Address("user\(number)@acme.example"), displayName: "User \(number)")
    }

    private func retireAll() throws {
        try database.connection.transaction {
            for number in 0..<count { try database.retire(account(number), at: 1, purgeAfter: number % 2 == 0 ? 10 : 20) }
        }
    }

    @Test func allAreSeenOnceWhileTheyGo() throws {
        try retireAll()
        #expect(try database.retired(after: AccountID(0)).count == ControlDatabase.retiredPage)
        var seen: [AccountID] = []
        try database.forEachRetired { retired in
            seen.append(retired.account.id)
            try database.revive(retired.account.id)
        }
        #expect(try seen == (0..<count).map { try account($0).id })
        #expect(try database.retired(after: AccountID(0)).isEmpty)
    }

    @Test func onlyThoseThatAreDue() throws {
        try retireAll()
        let due = try database.retired(after: account(0).id, due: 10)
        #expect(due.count == ControlDatabase.retiredPage)
        #expect(due.allSatisfy { $0.purgeAfter == 10 } && due.first?.account.id == AccountID(3))
        #expect(try database.isRetired(AccountID(1)) && !database.isRetired(AccountID(9_999)))
        #expect(try database.retired(AccountID(2))?.purgeAfter == 20)
    }

    @Test func allSessionsOfOneChangeEnd() async throws {
        let many = Int(ControlDatabase.keptRevocations) + 1_200
        let numbers = try database.connection.transaction {
            try database.revoking(at: 1) { revoke in for number in 1...many { try revoke(AccountID(UInt128(number)), .removed) } }
        }
        #expect(numbers?.count == many)
        let told = Told()
        try await HostControl(host.folders).forEachRevocation(numbers) { told.add($0.account) }
        #expect(told.accounts == (1...many).map { AccountID(UInt128($0)) })
        // A worker that was away is told of the last ones, and that it has missed some.
        let answer = try database.revocations(after: 5)
        #expect(answer.revocations.count == Int(ControlDatabase.keptRevocations))
        #expect(answer.oldest == 1_201 && answer.latest == Int64(many))
        // The next change forgets all but those.
        let next = try database.connection.transaction { try database.revoking(at: 2) { try $0(AccountID(1), .suspended) } }
        #expect(next.map { $0.upperBound - answer.latest } == 1)
        #expect(try database.revocations(after: 0, upTo: .max, most: many).count == Int(ControlDatabase.keptRevocations) + 1)
        #expect(try database.connection.transaction { try database.revoking(at: 3) { _ in } } == nil)
    }
}

private final class Told: Sendable {
    private let state = Mutex<[AccountID]>([])
    var accounts: [AccountID] { state.withLock { $0 } }
    func add(_ account: AccountID) { state.withLock { $0.append(account) } }
}
