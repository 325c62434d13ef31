import Directory
import Mail
import MailConfiguration
import Testing

@testable import Provisioning

@Suite("Files and directories together") struct DirectoryJoinTests {
    private func join(
        _ kept: [SnapshotDatabase.Kept], foreign: Set<String> = [], now: Int64 = 1000, features: String? = nil, accounts: Int = 50
    )
        throws -> JoinedTenant
    {
        try DirectoryJoin(tenant(features: features, accounts: accounts), kept, foreignIDs: foreign, now: now).result()
    }

    private func codes(_ joined: JoinedTenant) -> [DirectoryFinding.Code] { joined.findings.map(\.finding.code) }

    private func user(_ joined: JoinedTenant, _ id: String) -> UserConfiguration? {
        joined.tenant.user(LocalID(directory: "corp", stableID: id))
    }

    @Test func addsPeople() throws {
        let joined = try join([Examples.person("1", "ana@acme.example", "a.dias@acme.example", logins: ["ana"])])
        let ana = try #require(user(joined, "1"))
        #expect(ana.address == (try Address("ana@acme.example")))
        #expect(ana.aliases == [try Address("a.dias@acme.example")])
        #expect(joined.accounts.map(\.logins) == [["ana"]])
        #expect(joined.accounts[0].id == AccountIdentity(tenant: joined.tenant.id, source: "corp", stableID: "1").accountID)
        #expect(joined.findings.isEmpty)
    }

    @Test func aliasDomainsStandForTheirs() throws {
        let joined = try join([Examples.person("1", "ana@acme-old.example")])
        #expect(user(joined, "1")?.address == (try Address("ana@acme.example")))
    }

    private static let refused: [([String], [DirectoryFinding.Code])] = [
        (["joana@casa.example"], [.foreignAddress, .noAddress]), (["no address"], [.badAddress, .noAddress]),
        (["@acme.example"], [.badAddress, .noAddress]), (["rita@acme.example"], [.duplicateAddress, .noAddress]),
        (["RITA@acme-old.example"], [.duplicateAddress, .noAddress]), ([], [.noAddress]),
        (["ana@acme.example", "joana@casa.example"], [.foreignAddress]),
    ]

    @Test(arguments: refused)
    func refusesAddresses(addresses: [String], findings: [DirectoryFinding.Code]) throws {
        let joined = try join([Examples.kept(.user, "1") { $0.addresses = addresses }])
        #expect(codes(joined) == findings)
        #expect(joined.findings.allSatisfy { !$0.finding.message.contains("tenant casa") })
        #expect((user(joined, "1") != nil) == addresses.contains("ana@acme.example"))
    }

    @Test func whoWasThereFirstKeepsAnAddress() throws {
        let joined = try join([Examples.person("1", "ana@acme.example"), Examples.person("2", "ana@acme.example")])
        #expect(user(joined, "1") != nil)
        #expect(user(joined, "2") == nil)
        #expect(codes(joined) == [.duplicateAddress, .noAddress])
    }

    @Test func anotherTenantsIDStaysAnotherAccount() throws {
        let joined = try join([Examples.person("1", "ana@acme.example")], foreign: ["1"])
        #expect(user(joined, "1") != nil)
        #expect(codes(joined) == [.foreignID])
    }

    @Test func aNameToLogInByIsOnes() throws {
        let joined = try join([
            Examples.person("1", "ana@acme.example", logins: ["ana"]),
            Examples.person("2", "eve@acme.example", logins: ["ana", "eve"]),
        ])
        #expect(joined.accounts.map(\.logins) == [["ana"], ["eve"]])
        #expect(codes(joined) == [.duplicateLogin])
    }

    @Test func keepsToThePlan() throws {
        let joined = try join(
            [Examples.person("1", "a@acme.example"), Examples.person("2", "b@acme.example")], accounts: 2)
        #expect(user(joined, "1") != nil && user(joined, "2") == nil)
        #expect(codes(joined) == [.overLimit])
        let without = try join(
            [Examples.person("1", "a@acme.example"), Examples.group("g", "g@acme.example", [.entry("cn=1,dc=acme")])],
            features: "[web, imap]")
        #expect(codes(without) == [.notInPlan])
        #expect(without.tenant.groups.isEmpty)
    }

    @Test func quotasAreNeverAbovePlan() throws {
        for (wanted, quota) in [(1 << 40, ByteCount.gigabytes(1)), (1 << 20, .megabytes(1))] {
            let one = Examples.kept(.user, "1") {
                $0.addresses = ["a@acme.example"]
                $0.quota = wanted
            }
            #expect(try user(join([one]), "1")?.quota == quota)
        }
    }

    // MARK: Life

    @Test(arguments: [(1000, true, true), (260_199, true, true), (260_200, false, false)])
    func whoeverIsMissingIsSuspendedThenGone(now: Int, isThere: Bool, isSuspended: Bool) throws {
        let joined = try join([Examples.person("1", "ana@acme.example", missing: 1000)], now: Int64(now))
        #expect((user(joined, "1") != nil) == isThere)
        #expect((user(joined, "1")?.isSuspended ?? false) == isSuspended)
    }

    @Test func whoeverIsMissingGivesWay() throws {
        let joined = try join([
            Examples.person("1", "ana@acme.example", missing: 1000), Examples.person("2", "ana@acme.example"),
        ])
        #expect(user(joined, "1") == nil)
        #expect(user(joined, "2")?.isSuspended == false)
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
        #expect(joined.tenant.groups[0].members.map(\.text) == ["corp/1", "corp/2", "corp/3", "corp/4"])
        #expect(codes(joined) == [.unknownMember])
    }

    @Test func groupsWithoutAddressAreOpened() throws {
        let joined = try join([
            Examples.person("1", "a@acme.example"), Examples.person("2", "b@acme.example"),
            Examples.group("inner", nil, [.entry("cn=2,dc=acme")]),
            Examples.group("named", "named@acme.example", [.entry("cn=1,dc=acme")]),
            Examples.group("outer", "outer@acme.example", [.entry("cn=inner,dc=acme"), .entry("cn=named,dc=acme")]),
        ])
        let outer = try #require(joined.tenant.groups.first { $0.id.text == "corp/outer" })
        #expect(outer.members.map(\.text).sorted() == ["corp/2", "corp/named"])
    }

    @Test func circlesAreCut() throws {
        let joined = try join([
            Examples.person("1", "a@acme.example"),
            Examples.group("x", "x@acme.example", [.entry("cn=y,dc=acme"), .entry("cn=1,dc=acme")]),
            Examples.group("y", "y@acme.example", [.entry("cn=z,dc=acme")]),
            Examples.group("z", "z@acme.example", [.entry("cn=x,dc=acme"), .entry("cn=z,dc=acme")]),
        ])
        #expect(codes(joined) == [.cyclicGroup, .cyclicGroup])
        let members = Dictionary(joined.tenant.groups.map { ($0.id.text, $0.members.map(\.text)) }) { $1 }
        #expect(members["corp/x"] == ["corp/y", "corp/1"])
        #expect(members["corp/z"] == [])
    }

    @Test func deepChainsEnd() throws {
        let depth = 20_000
        let groups = (0..<depth).map { Examples.group("g\($0)", nil, [.entry("cn=g\(($0 + 1) % depth),dc=acme")]) }
        let joined = try join(groups + [Examples.group("top", "top@acme.example", [.entry("cn=g0,dc=acme")])])
        #expect(codes(joined) == [.cyclicGroup])
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
        let rights = Dictionary(joined.tenant.sharedMailboxes[0].members.map { ($0.user.text, $0.rights) }) { $1 }
        #expect(rights == ["corp/1": [.read, .send, .manage], "corp/2": [.read], "corp/3": [.read, .send]])
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
        let waiting = try DirectoryJoin(tenant(), kept, foreignIDs: [], now: 2_000).result()
        #expect(waiting.tenant.waitingAddresses.map(\.description) == ["crew@acme.example", "hello@acme.example"])
        #expect(waiting.tenant.groups.isEmpty && waiting.tenant.aliases.isEmpty && waiting.findings.isEmpty)
        let later = try DirectoryJoin(tenant(), kept, foreignIDs: [], now: 1_000 + 3 * 86_400).result()
        #expect(later.tenant.waitingAddresses.isEmpty)
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
        let made = try #require(joined.tenant.aliases.first)
        #expect(made.address == (try Address("news@acme.example")))
        #expect(made.targets.count == 3)
        #expect(codes(joined) == [.unknownMember])
        let walled = try join(people + [alias], features: "[web, imap, aliases]")
        #expect(walled.tenant.aliases.first?.targets.count == 2)
        #expect(codes(walled).contains(.notInPlan))
    }

    // MARK: What files say of entries

    @Test func postmasterOfADirectory() throws {
        let joined = try join([Examples.person("1", "postmaster@acme.example")])
        #expect(joined.tenant.roleAddresses.first { $0.address.localPart == "postmaster" }?.isDeclared == true)
        #expect(joined.tenant.roleAddresses.first { $0.address.localPart == "abuse" }?.isDeclared == false)
    }
}
