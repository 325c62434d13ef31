import Mail
import SQL
import Testing

@testable import Directory

@Suite("Shared mailboxes that are lent") struct LentMailboxesTests {
    private let lent: LentMailboxes

    init() throws {
        let database = try Connection(path: "", mode: .temporary)
        try database.execute(Dialect.render(LentMailboxes.tables))
        lent = LentMailboxes(database)
    }

    private func mailbox(_ number: Int) throws -> DirectoryAccount {
        try DirectoryAccount(
            id: AccountID(UInt128(1_000 + number)), tenant: TenantID("acme"), tenantName: "Acme",
            address: Address("info\(number)@acme.example"), displayName: "Info \(number)",
            aliases: [Address("i\(number)@acme.example")])
    }

    /// What each user has: ids of users, then names of mailboxes and addresses to send as.
    private func settled() throws -> [String] {
        var found: [String] = []
        try lent.settle { user, borrowed in
            let shared = borrowed.shared.map { "\($0.name) \($0.rights.rawValue)" }
            found.append("\(user.value): \((shared + borrowed.senders.map(\.address.localPart)).joined(separator: ", "))")
        }
        return found
    }

    @Test func eachUserHasThemInTheirOrder() throws {
        for place in [2, 0, 1] { try lent.add(mailbox(place), at: place) }
        for place in [2, 1, 0] {
            for user: UInt128 in [9, 7] where Int(user) != 8 - place {
                try lent.lend(mailbox(place).id, to: [(AccountID(user), place == 0 ? .read : [.read, .send])])
            }
        }
        try lent.lend(mailbox(5).id, to: [(AccountID(7), .all)])
        #expect(try settled() == ["7: Info 0 1, Info 2 3, info2, i2", "9: Info 0 1, Info 1 3, Info 2 3, info1, i1, info2, i2"])
        // Nothing is left for the next tenant.
        #expect(try settled().isEmpty)
    }
}
