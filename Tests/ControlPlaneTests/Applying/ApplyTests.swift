import ControlPlane
import Directory
import Glibc
import Logging
import Mail
import MailConfiguration
import Synchronization
import Testing

@Suite("Applying and going back") struct ApplyTests {
    private let host: ExampleHost
    private let control: HostControl
    private let clock = Clock()

    final class Clock: Sendable {
        let now = Atomic<Int64>(1_796_904_000)
    }

    init() throws {
        host = try ExampleHost()
        let clock = clock
        control = HostControl(host.folders) { clock.now.load(ordering: .relaxed) }
    }

    @discardableResult
    private func apply() async throws -> HostControl.Outcome {
        try await control.apply(configuration: host.folders.configuration, plan: nil)
    }

    private func current() async throws -> Generation {
        try await CurrentGeneration(folder: host.folders.generations, logger: Logger(label: "test")).value
    }

    private static let old = "  - id: old\n    address: old@acme.example\n    name: Old One\n"

    @Test func theFirstStartAppliesByItself() async throws {
        let generation = try await control.firstGeneration()
        #expect(generation.number == 1)
        #expect(try await control.firstGeneration().number == 1)
        #expect(generation.host.hostName.ascii == "mail.test.example")
    }

    @Test func badFilesChangeNothing() async throws {
        try await apply()
        try host.accounts { $0 + "  nonsense: [\n" }
        let error = await #expect(throws: ControlError.self) { try await apply() }
        #expect(error?.description.hasSuffix("Nothing was changed.") == true)
        #expect(try await current().number == 1)
        let status = try await HostControl(host.folders).status()
        #expect(status.generation == 1)
        #expect(status.fileErrors > 0)
        // The service starts with what was applied, whatever the files say now.
        #expect(try await HostControl(host.folders).firstGeneration().number == 1)
    }

    @Test func aRetiredAccountRefusesMailUntilItIsPurged() async throws {
        try await apply()
        let id = try #require(try await current().account(named: "old@acme.example")?.id)
        try host.accounts { $0.replacing(Self.old, with: "") }
        let outcome = try await apply()
        #expect(try await control.revoked(by: outcome).map(\.account) == [id])
        #expect(try await control.revoked(by: outcome).map(\.reason) == [.removed])
        #expect(try await current().resolve(Address("old@acme.example")) == .disabled)
        #expect(try await control.status().retired == 1)
        // Its id in the files again is the same account.
        try host.accounts { $0 }
        #expect(try await apply().plan?.text.contains("comes back with its mail") == true)
        #expect(try await current().account(id)?.state == .active)
        try host.accounts { $0.replacing(Self.old, with: "") }
        try await apply()
        clock.now.add(31 * 86_400, ordering: .relaxed)
        try host.accounts { $0.replacing(Self.old, with: "").replacing("Rui Lima", with: "Rui") }
        try await apply()
        #expect(try await current().resolve(Address("old@acme.example")) == .unknown)
    }

    @Test func aTenantThatIsSuspendedEndsAllItsSessions() async throws {
        try await apply()
        try host.write("tenants/acme/tenant.yaml", ExampleHost.tenant + "suspended: true\n")
        let outcome = try await apply()
        #expect(try await control.revoked(by: outcome).map(\.reason) == [.suspended, .suspended, .suspended, .suspended])
        #expect(try await current().resolve(Address("ana@acme.example")) == .suspended)
        #expect(try await apply().revocations == nil)
    }

    @Test func anAddressOfARetiredAccountMayBeGivenAgain() async throws {
        try await apply()
        try host.accounts { $0.replacing("- id: old", with: "- id: new") }
        try await apply()
        guard case .accounts(let targets) = try await current().resolve(Address("old@acme.example")) else {
            Issue.record("the new account has no mail")
            return
        }
        let new = try AccountIdentity(tenant: TenantID("acme"), stableID: "new").accountID
        #expect(targets == [.account(new, detail: nil, as: try Address("old@acme.example"))])
    }

    @Test func anAddressMayHaveBeenSeveralRetiredAccounts() async throws {
        try await apply()
        try host.accounts { $0.replacing("- id: old", with: "- id: new") }
        try await apply()
        try host.accounts { $0.replacing(Self.old, with: "") }
        try await apply()
        #expect(try await current().resolve(Address("old@acme.example")) == .disabled)
        #expect(try await control.status().retired == 2)
    }

    @Test func aChangeThatStoppedBeforeItWasInForceIsDoneAgain() async throws {
        try await apply()
        try host.accounts { $0.replacing(Self.old, with: "") }
        try await apply()
        // As if the program had stopped between noting the change and putting it in force.
        try GenerationWriter(host.folders.generations).publish(1)
        let fresh = HostControl(host.folders)
        let outcome = try await fresh.apply(configuration: host.folders.configuration, plan: nil)
        #expect(outcome.generation == 3)
        #expect(try await current().resolve(Address("old@acme.example")) == .disabled)
    }

    @Test func rollbackTakesTheFilesOfThen() async throws {
        try await apply()
        try host.accounts { $0.replacing("Rui Lima", with: "Rui de Lima") }
        try await apply()
        _ = try await control.suspend("rui@acme.example")
        #expect(try await current().number == 3)
        let outcome = try await control.rollback(to: nil)
        #expect(outcome.generation == 4)
        let rui = try #require(try await current().account(named: "rui@acme.example"))
        #expect(rui.displayName == "Rui Lima")
        #expect(rui.state == .suspended(by: .account))
        #expect(try await control.status().drift == ["tenants/acme/accounts.yaml"])
        #expect(
            try await control.generations().map(\.reason) == ["rollback to 1", "suspend rui@acme.example", "apply", "apply"])
        await #expect(throws: ControlError.self) { try await control.rollback(to: 99) }
        #expect(try await control.rollback(to: 2).generation == 5)
        #expect(try await current().account(named: "rui@acme.example")?.displayName == "Rui de Lima")
        #expect(try await control.status().drift.isEmpty)
    }

    @Test func oneChangeAtATime() async throws {
        try await apply()
        let lock = unsafe open("\(host.folders.control)/lock", O_RDWR | O_CLOEXEC)
        defer { close(lock) }
        try #require(flock(lock, LOCK_EX | LOCK_NB) == 0)
        try host.accounts { $0.replacing("Rui Lima", with: "Rui") }
        let error = await #expect(throws: ControlError.self) { try await apply() }
        guard case .busy? = error else {
            Issue.record("not busy but \(String(describing: error))")
            return
        }
        #expect(try await current().number == 1)
        flock(lock, LOCK_UN)
        #expect(try await apply().generation == 2)
    }

    @Test func aGenerationThatIsLostIsMadeAnewFromWhatWasApplied() async throws {
        try await apply()
        try host.accounts { $0.replacing("Rui Lima", with: "Not Applied") }
        try Disk.remove("\(host.folders.generations.path)/1/host.db")
        await #expect(throws: (any Error).self) { try await current() }
        let generation = try await HostControl(host.folders).firstGeneration()
        #expect(try await generation.account(named: "rui@acme.example")?.displayName == "Rui Lima")
    }
}

@Suite("User commands") struct UserCommandTests {
    private let host: ExampleHost
    private let control: HostControl

    init() async throws {
        host = try ExampleHost()
        control = HostControl(host.folders)
        _ = try await control.apply(configuration: host.folders.configuration, plan: nil)
    }

    @Test func aPasswordOfTheFilesIsEditedThere() async throws {
        let error = await #expect(throws: ControlError.self) {
            try await control.setPassword(hash: "$y$other", of: "ana@acme.example")
        }
        #expect(error?.description == "the password stands in the files: edit tenants/acme/accounts.yaml:6:20 and apply")
    }

    @Test func aPasswordIsSetAndSessionsEnd() async throws {
        let outcome = try await control.setPassword(hash: "$y$first", of: "R.Lima@acme.example")
        #expect(try await control.revoked(by: outcome).map(\.reason) == [.passwordChanged])
        let rui = try await control.user("rui@acme.example")
        #expect(rui.password == .command)
        let stored = StoredPasswords(host.folders)
        #expect(try await stored.passwordHash(of: rui.account.id) == "$y$first")
        _ = try await control.setPassword(hash: "$y$second", of: "rui@acme.example")
        #expect(try await stored.passwordHash(of: rui.account.id) == "$y$second")
        let ana = try await control.user("ana@acme.example").account.id
        #expect(try await stored.passwordHash(of: ana) == ExampleHost.hash)
    }

    @Test(arguments: ["nobody@acme.example", "rui@else.example", "rui", "", "postmaster@acme.example"])
    func nobody(name: String) async throws {
        await #expect(throws: ControlError.self) { try await control.user(name) }
    }

    @Test func aSharedMailboxHasNoPassword() async throws {
        let error = await #expect(throws: ControlError.self) {
            try await control.setPassword(hash: "$y$x", of: "info@acme.example")
        }
        #expect(error?.code == "not-a-user")
    }

    @Test func suspendAndResume() async throws {
        let outcome = try await control.suspend("rui@acme.example")
        #expect(outcome.generation == 2)
        #expect(try await control.revoked(by: outcome).map(\.reason) == [.suspended])
        #expect(try await control.user("rui@acme.example").account.state == .suspended(by: .account))
        #expect(try await control.plan(configuration: host.folders.configuration).isEmpty)
        _ = try await control.resume("rui@acme.example")
        #expect(try await control.user("rui@acme.example").account.state == .active)
        let error = await #expect(throws: ControlError.self) { try await control.resume("rui@acme.example") }
        #expect(error?.code == "not-suspended")
    }

    /// Lines of `user list`.
    private func users(_ tenant: TenantID? = nil) async throws -> [String] {
        let lines = Mutex<[String]>([])
        try await control.forEachUser(tenant: tenant) { user, width in lines.withLock { $0.append(user.line(width: width)) } }
        return lines.withLock { $0 }
    }

    @Test func theListIsReadable() async throws {
        #expect(
            try await users() == [
                "ana@acme.example   user    active     password in files     Ana Dias",
                "info@acme.example  shared  active     -                     Info",
                "old@acme.example   user    active     no password           Old One",
                "rui@acme.example   user    active     no password           Rui Lima",
            ])
        #expect(try await users(TenantID("other")).isEmpty)
    }

    @Test func hashesAreTheControlPlanesAlone() throws {
        for (path, mode) in [(host.folders.control, 0o700), (host.folders.database, 0o600)] {
            var status = stat()
            try #require(unsafe stat(path, &status) == 0)
            #expect(Int(status.st_mode & 0o777) == mode)
        }
    }
}
