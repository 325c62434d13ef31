import Mail
import MailConfiguration
import Testing

@testable import Provisioning

/// Whose a name is: within a tenant, after a join, and beside other tenants.
extension SnapshotTests {
    @Test func namesAreOfWhoWasThereFirst() throws {
        _ = try read([mapped("2", "B@Acme.example"), mapped("1", "no address")], at: 1)
        _ = try read([mapped("2", "B@Acme.example"), mapped("1", "b@acme.example"), mapped("3", "c@acme.example")], at: 2)
        try database.readNames(of: acme)
        func name(_ address: String, in tenant: TenantID) throws -> DirectoryNames.Name? {
            try database.name(of: Address(address), in: tenant)
        }
        #expect(try name("b@acme.example", in: acme)?.id == LocalID(directory: "corp", stableID: "1"))
        #expect(try name("c@acme.example", in: acme) == .init(kind: .user, id: LocalID(directory: "corp", stableID: "3")))
        #expect(try name("d@acme.example", in: acme) == nil)
        #expect(try name("b@acme.example", in: TenantID("casa")) == nil)
        _ = try read([mapped("1", "d@acme.example")], at: 3)
        try database.readNames(of: acme)
        #expect(try name("d@acme.example", in: acme)?.id == LocalID(directory: "corp", stableID: "1"))
    }

    @Test func whatAJoinFoundIsKeptAsItChanges() throws {
        func keep(_ accounts: [(id: Int, mark: String, logins: [String])]) throws {
            let joined = try JoinedAccounts(database, of: acme)
            for account in accounts {
                try joined.add(
                    AccountID(UInt128(account.id)), directory: "corp", stableID: "\(account.id)", mark: account.mark,
                    logins: account.logins)
            }
            try database.keep(JoinedTenant(acme), joined)
        }
        try keep([(1, "a", ["ana", "a"]), (2, "", ["rui"]), (3, "", ["zoe"])])
        try keep([(1, "b", ["ana"]), (2, "", ["rui", "zoe"]), (4, "", ["rui", "yan"])])
        #expect(try database.accounts(of: acme) == [AccountID(1), AccountID(2), AccountID(4)])
        #expect(try database.origin(of: AccountID(1))?.mark == "b")
        #expect(try database.origin(of: AccountID(3)) == nil)
        let owners = try ["ana", "a", "rui", "zoe", "yan"].map { try database.accounts(named: $0, in: acme) }
        #expect(owners == [[AccountID(1)], [], [AccountID(2)], [AccountID(2)], [AccountID(4)]])
    }

    @Test func otherTenantsIDsAreSeen() throws {
        _ = try read([mapped("1", "a@acme.example"), mapped("2", "b@acme.example")], at: 1)
        let writing = try SnapshotWriting(database, tenant: TenantID("casa"), directory: "ldap", domains: domains)
        try writing.add(mapped("1", "joana@casa.example"), .user)
        _ = try writing.commit(writing.difference(), at: 2)
        func elsewhere() throws -> [Bool] {
            var elsewhere: [Bool] = []
            try SnapshotObjects(database, of: tenant(), now: 2).forEach(.all) { elsewhere.append($1.isElsewhere) }
            return elsewhere
        }
        #expect(try elsewhere() == [true, false])
        let corp: Set = [DirectoryPlace(tenant: acme, directory: "corp")]
        let both = corp.union([DirectoryPlace(tenant: writing.tenant, directory: "ldap")])
        try database.keepOnly(both) { fatalError("nobody has left") }
        try database.keepOnly(corp) { both }
        #expect(try database.states().map(\.directory) == ["corp"])
        #expect(try elsewhere() == [true, false])
        try database.keepOnly(both) { [] }
        #expect(try database.states().count == 2)
        try database.keepOnly(corp) { corp }
        #expect(try elsewhere() == [false, false])
    }
}
