import Directory
import Mail
import MailConfiguration
import SQL
import Testing

@testable import Provisioning

@Suite("Files and directories together") struct DirectoryJoinTests {
    /// What a join found, and what its tenant is after it.
    private struct Result {
        var joined: JoinedTenant
        var content: TenantContent
        /// Who may log in by which names.
        var logins: [String: AccountID]

        var codes: [DirectoryFinding.Code] { joined.findings.map(\.finding.code) }

        /// By its id in the directory.
        func user(_ id: String) -> DirectoryAccount? {
            let wanted = AccountIdentity(tenant: joined.tenant, source: "corp", stableID: id).accountID
            return content.accounts.first { $0.id == wanted }
        }

        func route(_ address: String) -> Route? { content.routes.first { $0.address.description == address }?.route }

        /// Addresses of its members; nil where there is no group.
        func members(_ group: String) -> [String]? {
            guard case .group(let route)? = route(group) else { return nil }
            return route.members.map(\.description)
        }
    }

    /// - Parameter foreign: ids that another tenant's directory has too.
    private func join(
        _ kept: [SnapshotDatabase.Kept], foreign: [String] = [], now: Int64 = 1000, features: String? = nil, accounts: Int = 50
    ) throws -> Result {
        let tree = try host(features: features, accounts: accounts)
        let (files, file) = (tree.tenants[0], SnapshotFile())
        let database = try SnapshotDatabase(path: file.path)
        try database.put(kept, of: files.id)
        try database.put(foreign.map { Examples.person($0, "joana@casa.example") }, of: TenantID("casa"))
        let draft = try GenerationDraft(host: tree.host)
        let noted = try JoinedAccounts(database, of: files.id)
        let objects = try SnapshotObjects(database, of: files, now: now)
        let joined = try draft.fill {
            let part = TenantDraft(files, in: draft, overrides: AccountOverrides(), domains: DomainStandings())
            return try DirectoryJoin(files, objects, into: part, accounts: noted).result()
        }
        try database.keep(joined, noted)
        let logins = try database.connection.all("SELECT name, account FROM login") {
            ($0.text(0), AccountID(octets: $0.octets(1)) ?? AccountID(0))
        }
        return try Result(
            joined: joined, content: draft.content().tenants[0], logins: Dictionary(logins) { first, _ in first })
    }

    @Test func addsPeople() throws {
        let result = try join([Examples.person("1", "ana@acme.example", "a.dias@acme.example", logins: ["ana"])])
        let ana = try #require(result.user("1"))
        #expect(ana.address == (try Address("ana@acme.example")))
        #expect(ana.aliases == [try Address("a.dias@acme.example")])
        #expect(result.logins == ["ana": ana.id])
        #expect(result.joined.findings.isEmpty)
        #expect(result.route("ana@acme.example") == .account(ana.id) && result.route("a.dias@acme.example") == .account(ana.id))
    }

    @Test func filesAreAsWithoutDirectories() throws {
        #expect(try join([]).content == GenerationContent(host()).tenants[0])
    }

    @Test func aliasDomainsStandForTheirs() throws {
        let result = try join([Examples.person("1", "ana@acme-old.example")])
        #expect(result.user("1")?.address == (try Address("ana@acme.example")))
    }

    private static let refused: [([String], [DirectoryFinding.Code])] = [
        (["joana@casa.example"], [.foreignAddress, .noAddress]), (["no address"], [.badAddress, .noAddress]),
        (["@acme.example"], [.badAddress, .noAddress]), (["rita@acme.example"], [.duplicateAddress, .noAddress]),
        (["RITA@acme-old.example"], [.duplicateAddress, .noAddress]), ([], [.noAddress]),
        (["ana@acme.example", "joana@casa.example"], [.foreignAddress]),
    ]

    @Test(arguments: refused)
    func refusesAddresses(addresses: [String], findings: [DirectoryFinding.Code]) throws {
        let result = try join([Examples.kept(.user, "1") { $0.addresses = addresses }])
        #expect(result.codes == findings)
        #expect(result.joined.findings.allSatisfy { !$0.finding.message.contains("tenant casa") })
        #expect((result.user("1") != nil) == addresses.contains("ana@acme.example"))
    }

    @Test func whoWasThereFirstKeepsAnAddress() throws {
        let joined = try join([Examples.person("1", "ana@acme.example"), Examples.person("2", "ana@acme.example")])
        #expect(joined.user("1") != nil)
        #expect(joined.user("2") == nil)
        #expect(joined.codes == [.duplicateAddress, .noAddress])
        let message = joined.joined.findings[0].finding.message
        #expect(message == "ana@acme.example is already an address of cn=1,dc=acme; it is not used here")
    }

    @Test func filesGoBeforeEntriesAndAreNamed() throws {
        let joined = try join([Examples.person("1", "rita@acme.example")])
        let message = joined.joined.findings[0].finding.message
        #expect(message == "rita@acme.example is already an address of user rita of the files; it is not used here")
    }

    @Test func onlySoManyFindingsAreKept() throws {
        let many = SnapshotDatabase.mostFindings + 10
        let joined = try join((0..<many).map { number in Examples.kept(.user, "\(number)") { $0.addresses = ["no address"] } })
        #expect(joined.codes.count == SnapshotDatabase.mostFindings)
        #expect(joined.joined.counts == ["corp": 2 * many])
    }

    @Test func anotherTenantsIDStaysAnotherAccount() throws {
        let joined = try join([Examples.person("1", "ana@acme.example")], foreign: ["1"])
        #expect(joined.user("1") != nil)
        #expect(joined.codes == [.foreignID])
    }

    @Test func aNameToLogInByIsOnes() throws {
        let joined = try join([
            Examples.person("1", "ana@acme.example", logins: ["ana"]),
            Examples.person("2", "eve@acme.example", logins: ["ana", "eve"]),
        ])
        #expect(joined.logins == ["ana": try #require(joined.user("1")).id, "eve": try #require(joined.user("2")).id])
        #expect(joined.codes == [.duplicateLogin])
    }

    @Test func keepsToThePlan() throws {
        let joined = try join(
            [Examples.person("1", "a@acme.example"), Examples.person("2", "b@acme.example")], accounts: 2)
        #expect(joined.user("1") != nil && joined.user("2") == nil)
        #expect(joined.codes == [.overLimit])
        // Whoever has come since does not retire those who wait.
        let waiting = try join(
            [Examples.person("1", "a@acme.example"), Examples.person("2", "b@acme.example", missing: 1)], accounts: 2)
        #expect(waiting.user("1") != nil && waiting.user("2")?.state == .suspended(by: .account))
        #expect(waiting.codes == [])
        let without = try join(
            [Examples.person("1", "a@acme.example"), Examples.group("g", "g@acme.example", [.entry("cn=1,dc=acme")])],
            features: "[web, imap]")
        #expect(without.codes == [.notInPlan])
        #expect(without.route("g@acme.example") == nil)
    }

    @Test func quotasAreNeverAbovePlan() throws {
        for (wanted, quota) in [(1 << 40, ByteCount.gigabytes(1)), (1 << 20, .megabytes(1))] {
            let one = Examples.kept(.user, "1") {
                $0.addresses = ["a@acme.example"]
                $0.quota = wanted
            }
            #expect(try join([one]).user("1")?.quota == quota)
        }
    }

    // MARK: Life

    @Test(arguments: [(1000, true, true), (260_199, true, true), (260_200, false, false)])
    func whoeverIsMissingIsSuspendedThenGone(now: Int, isThere: Bool, isSuspended: Bool) throws {
        let joined = try join([Examples.person("1", "ana@acme.example", missing: 1000)], now: Int64(now))
        #expect((joined.user("1") != nil) == isThere)
        #expect((joined.user("1")?.state == .suspended(by: .account)) == isSuspended)
    }

    @Test func whoeverIsMissingGivesWay() throws {
        let joined = try join([
            Examples.person("1", "ana@acme.example", missing: 1000), Examples.person("2", "ana@acme.example"),
        ])
        #expect(joined.user("1") == nil)
        #expect(joined.user("2")?.state == .active)
    }

    // MARK: Groups

    @Test func membersByNameLoginAddressAndStatement() throws {
        let stated = Examples.kept(.user, "4") {
            $0.addresses = ["d@acme.example"]
            $0.memberOf = ["cn=g,dc=acme"]
        }
        let joined = try join([
            Examples.person("1", "a@acme.example"), Examples.person("2", "b@acme.example", logins: ["bee"]),
            Examples.person("3", "c@acme.example"), stated,
            Examples.group(
                "g", "g@acme.example", [.entry("cn=1,dc=acme"), .login("bee"), .address("C@acme.example"), .login("nobody")]),
        ])
        #expect(joined.members("g@acme.example") == ["a", "b", "c", "d"].map { "\($0)@acme.example" })
        #expect(joined.codes == [.unknownMember])
        #expect(joined.joined.findings[0].finding.message.hasSuffix("are left out: nobody"))
    }

    @Test func groupsWithoutAddressAreOpened() throws {
        let joined = try join([
            Examples.person("1", "a@acme.example"), Examples.person("2", "b@acme.example"),
            Examples.group("inner", nil, [.entry("cn=2,dc=acme")]),
            Examples.group("named", "named@acme.example", [.entry("cn=1,dc=acme")]),
            Examples.group("outer", "outer@acme.example", [.entry("cn=inner,dc=acme"), .entry("cn=named,dc=acme")]),
        ])
        #expect(joined.members("outer@acme.example")?.sorted() == ["b@acme.example", "named@acme.example"])
    }

    @Test func circlesAreCut() throws {
        let joined = try join([
            Examples.person("1", "a@acme.example"),
            Examples.group("x", "x@acme.example", [.entry("cn=y,dc=acme"), .entry("cn=1,dc=acme")]),
            Examples.group("y", "y@acme.example", [.entry("cn=z,dc=acme")]),
            Examples.group("z", "z@acme.example", [.entry("cn=x,dc=acme"), .entry("cn=z,dc=acme")]),
        ])
        #expect(joined.codes == [.cyclicGroup, .cyclicGroup])
        let names = ["x", "y", "z", "x"].map { "cn=\($0),dc=acme" }.joined(separator: " → ")
        #expect(joined.joined.findings[0].finding.message == "it is in a circle of groups: \(names)")
        #expect(joined.members("x@acme.example") == ["y@acme.example", "a@acme.example"])
        #expect(joined.members("z@acme.example") == [])
    }

    @Test func deepChainsEnd() throws {
        let depth = 20_000
        let groups = (0..<depth).map { Examples.group("g\($0)", nil, [.entry("cn=g\(($0 + 1) % depth),dc=acme")]) }
        let joined = try join(groups + [Examples.group("top", "top@acme.example", [.entry("cn=g0,dc=acme")])])
        #expect(joined.codes == [.cyclicGroup])
    }

    // MARK: Shared mailboxes and aliases

    @Test func rightsInSharedMailboxes() throws {
        let joined = try join([
            Examples.person("1", "a@acme.example"), Examples.person("2", "b@acme.example"),
            Examples.person("3", "c@acme.example"),
            Examples.group("g", nil, [.entry("cn=3,dc=acme")]),
            Examples.kept(.shared, "s") {
                $0.addresses = ["info@acme.example"]
                $0.members = [.entry("cn=1,dc=acme"), .entry("cn=g,dc=acme")]
                $0.readers = [.entry("cn=2,dc=acme")]
                $0.managers = [.entry("cn=1,dc=acme")]
            },
        ])
        let rights = ["1", "2", "3"].map { joined.user($0)?.shared.map(\.rights) }
        #expect(rights == [[.all], [.read], [[.read, .send]]])
        #expect(joined.user("3")?.maySend(as: try Address("info@acme.example")) == true)
        #expect(joined.user("2")?.maySend(as: try Address("info@acme.example")) == false)
    }

    @Test func addressesOfMissingGroupsAndAliasesWait() throws {
        func missing(_ kind: DirectoryNames.Kind, _ id: String, _ address: String) -> SnapshotDatabase.Kept {
            Examples.kept(kind, id, missing: 1_000) { $0.addresses = [address] }
        }
        let kept = [
            missing(.group, "1", "crew@acme.example"), missing(.alias, "2", "hello@acme.example"),
            missing(.group, "3", "rita@acme.example"), missing(.group, "4", "x@elsewhere.example"),
            missing(.alias, "5", "postmaster@acme.example"),
        ]
        let waiting = try join(kept, now: 2_000)
        let addresses = waiting.content.routes.filter { $0.route == .waiting }.map(\.address.description)
        #expect(addresses == ["crew@acme.example", "hello@acme.example"])
        #expect(waiting.joined.findings.isEmpty)
        let later = try join(kept, now: 1_000 + 3 * 86_400)
        #expect(!later.content.routes.contains { $0.route == .waiting })
    }

    @Test func aliasesLeadWhereTheyMay() throws {
        let alias = Examples.kept(.alias, "n") {
            $0.addresses = ["news"]
            $0.targets = [
                .login("bee"), .address("rita@acme.example"), .address("x@elsewhere.example"), .address("no@acme.example"),
            ]
        }
        let people = [Examples.person("2", "b@acme.example", logins: ["bee"])]
        let joined = try join(people + [alias])
        let targets = try ["b@acme.example", "rita@acme.example", "x@elsewhere.example"].map { try Address($0) }
        #expect(joined.route("news@acme.example") == .alias(targets))
        #expect(joined.codes == [.unknownMember])
        let walled = try join(people + [alias], features: "[web, imap, aliases]")
        #expect(walled.route("news@acme.example") == .alias(Array(targets.prefix(2))))
        #expect(walled.codes.contains(.notInPlan))
    }

    // MARK: What files say of entries

    @Test func postmasterOfADirectory() throws {
        let joined = try join([Examples.person("1", "postmaster@acme.example")])
        #expect(joined.route("postmaster@acme.example") == .account(try #require(joined.user("1")).id))
        #expect(joined.route("abuse@acme.example") == .alias([try Address("rita@acme.example")]))
    }
}
