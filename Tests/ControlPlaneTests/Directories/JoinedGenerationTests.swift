import Directory
import Mail
import MailConfiguration
import Synchronization
import Testing

@testable import ControlPlane
@testable import Provisioning

@Suite("Generations of files and directories") struct JoinedGenerationTests {
    private let host: ExampleHost
    private let clock = Clock()
    private let control: HostControl
    private let acme: TenantID

    private final class Clock: Sendable {
        let now = Mutex<Int64>(1_000_000)
        func pass(_ seconds: Int64) { now.withLock { $0 += seconds } }
    }

    private static let directory = """
        schema: 1
        directories:
          - id: corp
            preset: openldap
            urls: [ldaps://ldap.acme.example]
            base: dc=acme,dc=example

        """

    init() throws {
        host = try ExampleHost()
        acme = try TenantID("acme")
        try host.write("tenants/acme/directory.yaml", Self.directory)
        let clock = clock
        control = HostControl(host.folders, now: { clock.now.withLock { $0 } })
    }

    private func sync(_ people: [(id: String, address: String)], mark: String? = nil) throws {
        let database = try SnapshotDatabase(path: host.folders.snapshots)
        let writing = try SnapshotWriting(
            database, tenant: acme, directory: "corp", domains: [DomainName("acme.example")])
        for person in people {
            var object = DirectoryObject(name: "uid=\(person.id)", key: "uid=\(person.id)")
            object.addresses = [person.address]
            object.logins = [person.id]
            object.passwordMark = mark
            try writing.add(EntryMapping.Mapped(stableID: person.id, object: object), .user)
        }
        _ = try writing.commit(writing.difference(), at: clock.now.withLock { $0 })
    }

    private func state(_ address: String) async throws -> String {
        guard let number = host.folders.generations.currentNumber else { return "no generation" }
        let generation = try await Generation.open(host.folders.generations, number: number)
        return switch try await generation.resolve(Address(address)) {
        case .accounts: "takes mail"
        case .suspended: "suspended"
        case .disabled: "disabled"
        case .unknown: "unknown"
        default: "other"
        }
    }

    private func id(_ stable: String) -> AccountID { AccountIdentity(tenant: acme, source: "corp", stableID: stable).accountID }

    @Test func comeAndGo() async throws {
        _ = try await control.apply(configuration: host.folders.configuration, plan: nil)
        try sync([("zoe", "zoe@acme.example"), ("yan", "yan@acme.example")])
        #expect(try await control.needsRejoin())
        let first = try await control.rejoin(reason: "directories")
        #expect(first.generation == 2)
        #expect(try await !control.needsRejoin())
        #expect(try await state("zoe@acme.example") == "takes mail")
        #expect(try await control.rejoin(reason: "directories").generation == 2)
        // A rollback or an apply of files leaves the second half.
        try host.accounts { $0 + "aliases: [{ address: z@acme.example, to: [zoe@acme.example] }]\n" }
        _ = try await control.apply(configuration: host.folders.configuration, plan: nil)
        #expect(try await state("z@acme.example") == "takes mail")
        _ = try await control.rollback(to: nil)
        #expect(try await state("z@acme.example") == "unknown")
        #expect(try await state("zoe@acme.example") == "takes mail")
        // Missing, then retired, then back.
        try sync([("yan", "yan@acme.example")])
        let missing = try await control.rejoin(reason: "directories")
        #expect(try await control.revoked(by: missing).map(\.account) == [id("zoe")])
        #expect(try await state("zoe@acme.example") == "suspended")
        clock.pass(3 * 86_400 + 1)
        #expect(try await control.needsRejoin())
        _ = try await control.rejoin(reason: "directories")
        try await control.forgetExpired()
        #expect(try await state("zoe@acme.example") == "disabled")
        #expect(try await !control.needsRejoin())
        try sync([("yan", "yan@acme.example"), ("zoe", "zoe@acme.example")])
        _ = try await control.rejoin(reason: "directories")
        #expect(try await state("zoe@acme.example") == "takes mail")
        #expect(try await control.user("zoe@acme.example").account.id == id("zoe"))
        // Gone for good.
        try sync([("yan", "yan@acme.example")])
        _ = try await control.rejoin(reason: "directories")
        clock.pass(3 * 86_400 + 1)
        _ = try await control.rejoin(reason: "directories")
        clock.pass(31 * 86_400)
        #expect(try await control.duePurges().map(\.id) == [id("zoe")])
    }

    /// Whose entry stays without an address of the tenant waits like one whose entry is gone.
    @Test func whoHasNoAddressAnyMoreIsSuspendedFirst() async throws {
        _ = try await control.apply(configuration: host.folders.configuration, plan: nil)
        try sync([("zoe", "zoe@acme.example"), ("yan", "yan@acme.example")])
        _ = try await control.rejoin(reason: "directories")
        try sync([("zoe", "zoe@elsewhere.example"), ("yan", "yan@acme.example")])
        let outcome = try await control.rejoin(reason: "directories")
        #expect(try await control.revoked(by: outcome).map(\.reason) == [.suspended])
        #expect(try await state("zoe@acme.example") == "suspended")
        try sync([("zoe", "zoe@acme.example"), ("yan", "yan@acme.example")])
        _ = try await control.rejoin(reason: "directories")
        #expect(try await state("zoe@acme.example") == "takes mail")
        try sync([("zoe", "zoe@elsewhere.example"), ("yan", "yan@acme.example")])
        _ = try await control.rejoin(reason: "directories")
        clock.pass(3 * 86_400 + 1)
        _ = try await control.rejoin(reason: "directories")
        try await control.forgetExpired()
        #expect(try await state("zoe@acme.example") == "disabled")
        // Another address, and the account is there again.
        try sync([("zoe", "zoe.new@acme.example"), ("yan", "yan@acme.example")])
        _ = try await control.rejoin(reason: "directories")
        #expect(try await control.user("zoe.new@acme.example").account.id == id("zoe"))
    }

    @Test func adminsMayBeInADirectory() async throws {
        try host.write("tenants/acme/tenant.yaml", ExampleHost.tenant.replacing("[ana]", with: "[zoe@acme.example]"))
        let plan = try await control.plan(configuration: host.folders.configuration)
        #expect(plan.warnings.contains { $0.contains("[not-in-directory]") })
        _ = try await control.apply(configuration: host.folders.configuration, plan: nil)
        #expect(try await state("postmaster@acme.example") == "disabled")
        try sync([("zoe", "zoe@acme.example")])
        _ = try await control.rejoin(reason: "directories")
        #expect(try await state("postmaster@acme.example") == "takes mail")
        try sync([])
        _ = try await control.rejoin(reason: "directories")
        clock.pass(3 * 86_400 + 1)
        _ = try await control.rejoin(reason: "directories")
        #expect(try await control.findings(of: acme).map(\.finding.code) == [.noAdmin])
    }

    @Test func filesGoBefore() async throws {
        _ = try await control.apply(configuration: host.folders.configuration, plan: nil)
        try sync([("thief", "ana@acme.example")])
        _ = try await control.rejoin(reason: "directories")
        #expect(try await control.user("ana@acme.example").password == .files)
        #expect(try await control.status().directories.map(\.findings) == [2])
    }

    @Test func passwordsOfEntriesAreSetThere() async throws {
        _ = try await control.apply(configuration: host.folders.configuration, plan: nil)
        try sync([("zoe", "zoe@acme.example"), ("yan", "yan@acme.example"), ("nobody", "no address")], mark: "1")
        #expect(try await control.rejoin(reason: "directories").revocations == nil)
        try sync([("zoe", "zoe@acme.example"), ("yan", "yan@acme.example"), ("nobody", "no address")], mark: "2")
        #expect(try await control.needsRejoin())
        let outcome = try await control.rejoin(reason: "directories")
        #expect(try await Set(control.revoked(by: outcome).map(\.account)) == [id("zoe"), id("yan")])
        #expect(try await control.revoked(by: outcome).map(\.reason) == [.passwordChanged, .passwordChanged])
        #expect(try await !control.needsRejoin())
        #expect(try await control.rejoin(reason: "directories").revocations == nil)
        await #expect(throws: ControlError.self) { _ = try await control.setPassword(hash: "x", of: "zoe@acme.example") }
        #expect(try await control.user("zoe@acme.example").password == .directory)
    }

    @Test func aPasswordAloneMakesNoGeneration() async throws {
        _ = try await control.apply(configuration: host.folders.configuration, plan: nil)
        try sync([("zoe", "zoe@acme.example")], mark: "1")
        #expect(try await control.rejoin(reason: "directories").generation == 2)
        let database = try SnapshotDatabase(path: host.folders.snapshots)
        func change(_ mark: String, name: String? = nil) throws {
            var object = DirectoryObject(name: "uid=zoe", key: "uid=zoe")
            (object.addresses, object.logins) = (["zoe@acme.example"], ["zoe"])
            (object.passwordMark, object.displayName) = (mark, name)
            let mapped = EntryMapping.Mapped(stableID: "zoe", object: object)
            _ = try database.apply([.put(mapped, .user, uuid: "")], acme, "corp", at: clock.now.withLock { $0 })
        }
        try change("2")
        #expect(try await control.needsRejoin())
        let outcome = try await control.rejoin(reason: "directories")
        #expect(outcome.generation == 2)
        #expect(try await control.revoked(by: outcome).map(\.account) == [id("zoe")])
        #expect(try database.origin(of: id("zoe"))?.mark == "2")
        #expect(try await !control.needsRejoin())
        try change("3", name: "Zoe")
        let other = try await control.rejoin(reason: "directories")
        #expect(other.generation == 3)
        #expect(try await control.revoked(by: other).map(\.reason) == [.passwordChanged])
        #expect(try database.origin(of: id("zoe"))?.mark == "3")
    }

    @Test func aDirectoryThatLeavesTheFilesTakesItsAccountsAlong() async throws {
        _ = try await control.apply(configuration: host.folders.configuration, plan: nil)
        try sync([("zoe", "zoe@acme.example")])
        _ = try await control.rejoin(reason: "directories")
        try host.remove("tenants/acme/directory.yaml")
        let plan = try await control.plan(configuration: host.folders.configuration)
        #expect(plan.lines.map(\.name) == ["zoe@acme.example"])
        _ = try await control.apply(configuration: host.folders.configuration, plan: nil)
        #expect(try await state("zoe@acme.example") == "disabled")
        #expect(try await control.directorySources().isEmpty)
        #expect(try await control.status().directories.isEmpty)
        #expect(try await !control.needsRejoin())
        // A rollback brings them back without a word from the directory.
        _ = try await control.rollback(to: nil)
        #expect(try await state("zoe@acme.example") == "takes mail")
        #expect(try await control.directorySources().count == 1)
        #expect(try await control.status().directories.map(\.users) == [1])
        #expect(try await control.user("zoe@acme.example").password == .directory)
    }

    /// As after a restore of a backup without what the directories said, while their servers are away.
    @Test func whatADirectoryHasStaysWhileNothingIsKnownOfIt() async throws {
        _ = try await control.apply(configuration: host.folders.configuration, plan: nil)
        try sync([("zoe", "zoe@acme.example")])
        _ = try await control.rejoin(reason: "directories")
        try Disk.remove(host.folders.snapshots)
        let clock = clock
        let control = HostControl(host.folders, now: { clock.now.withLock { $0 } })
        try host.accounts { $0.replacing("  - id: old\n    address: old@acme.example\n    name: Old One\n", with: "") }
        let plan = try await control.plan(configuration: host.folders.configuration)
        #expect(plan.lines.map(\.name) == ["old@acme.example"])
        _ = try await control.apply(configuration: host.folders.configuration, plan: nil)
        _ = try await control.rejoin(reason: "directories")
        #expect(try await state("zoe@acme.example") == "takes mail")
        #expect(try await state("old@acme.example") == "disabled")
        // Somebody of the files gets the address: then it is theirs.
        try host.accounts { $0.replacing("rui@acme.example", with: "zoe@acme.example") }
        _ = try await control.apply(configuration: host.folders.configuration, plan: nil)
        #expect(try await control.user("zoe@acme.example").account.displayName == "Rui Lima")
        _ = try await control.rollback(to: nil)
        try sync([("zoe", "zoe@acme.example"), ("yan", "yan@acme.example")])
        _ = try await control.rejoin(reason: "directories")
        #expect(try await state("yan@acme.example") == "takes mail")
        #expect(try await control.user("zoe@acme.example").account.id == id("zoe"))
        #expect(try await control.user("zoe@acme.example").password == .directory)
        try sync([("yan", "yan@acme.example")])
        _ = try await control.rejoin(reason: "directories")
        #expect(try await state("zoe@acme.example") == "suspended")
    }

    @Test func aDirectoryIsForgottenWithTheLastFilesThatNameIt() async throws {
        _ = try await control.apply(configuration: host.folders.configuration, plan: nil)
        try sync([("zoe", "zoe@acme.example")])
        _ = try await control.rejoin(reason: "directories")
        try host.remove("tenants/acme/directory.yaml")
        for number in 0..<HostControl.keptGenerations {
            try host.accounts { $0.replacing("Old One", with: "Old \(number)") }
            _ = try await control.apply(configuration: host.folders.configuration, plan: nil)
        }
        #expect(try await control.directorySources().isEmpty)
        let database = try SnapshotDatabase(path: host.folders.snapshots)
        try database.readNames(of: acme)
        #expect(try database.name(of: Address("zoe@acme.example"), in: acme) == nil)
    }

    /// Nobody is found in a directory that the files read do not have.
    @Test func namesAreOfTheFilesDirectories() async throws {
        _ = try await control.apply(configuration: host.folders.configuration, plan: nil)
        try sync([("zoe", "zoe@acme.example")])
        _ = try await control.rejoin(reason: "directories")
        try host.accounts { $0 + "aliases: [{ address: z@acme.example, to: [zoe@acme.example] }]\n" }
        #expect(try await control.plan(configuration: host.folders.configuration).warnings.isEmpty)
        try host.write("tenants/acme/directory.yaml", Self.directory.replacing("corp", with: "other"))
        let warnings = try await control.plan(configuration: host.folders.configuration).warnings
        #expect(warnings.contains { $0.contains("[not-in-directory]") })
    }
}
