import Directory
import Logging
import Mail
import Provisioning
import Synchronization
import Testing

@testable import ControlPlane
@testable import MailConfiguration

@Suite("Log-in by a directory") struct DirectoryLoginTests {
    /// A directory without a server.
    private final class Stand: DirectoryLogins {
        struct Away: Error {}

        let asked = Mutex<[String]>([])
        let right = Mutex<String>("right")
        let isAway = Mutex<Bool>(false)
        let clock = Mutex<Duration>(.zero)
        let mark = Mutex<String>("1")
        let account: AccountID
        let tenant: TenantID
        let source: DirectorySource

        init(_ account: AccountID, _ source: DirectorySource) {
            self.account = account
            self.source = source
            tenant = source.tenant
        }

        func accounts(named name: String, in tenant: TenantID) -> [AccountID] {
            tenant == self.tenant && ["ana", "ana@corp.local"].contains(name.lowercased()) ? [account] : []
        }

        func person(_ account: AccountID) -> DirectoryPerson? {
            account == self.account ? DirectoryPerson(source: source, stableID: "1", mark: mark.withLock { $0 }) : nil
        }

        func check(_ password: [UInt8], of person: DirectoryPerson) throws -> BindLogin.Verdict {
            if isAway.withLock({ $0 }) { throw Away() }
            let text = String(decoding: password, as: UTF8.self)
            asked.withLock { $0.append(text) }
            return text == right.withLock { $0 } ? .right : .wrong
        }
    }

    private final class NoPasswords: PasswordSource {
        func passwordHash(of account: AccountID) -> String? { nil }
    }

    private let stand: Stand
    private let current: CurrentGeneration
    private let service: AuthenticationService
    private let content: GenerationContent

    init() throws {
        let host = try ExampleHost()
        let tree = try #require(ConfigurationTree.read(from: host.folders.configuration).tree)
        content = try GenerationContent(tree)
        let current = CurrentGeneration(Generation(number: 1, content: content))
        let ana = try #require(content.tenants[0].accounts.first { $0.address.localPart == "ana" })
        let directory = DirectoryConfiguration(
            position: .nowhere, id: "corp", preset: .openldap, urls: ["ldap://127.0.0.1"], startTLS: false, bind: .anonymous,
            base: "dc=acme",
            sync: DirectorySyncSettings(
                interval: .seconds(60), live: true, pageSize: 100, connectTime: .seconds(1), answerTime: .seconds(1)),
            login: DirectoryLoginSettings(remember: .seconds(600), outage: .seconds(3600), failures: 3, window: .seconds(1800)),
            brake: DirectoryBrake(accounts: 10, percent: 10))
        let stand = Stand(ana.id, DirectorySource(tenant: ana.tenant, directory, domains: [], folder: "/nonexistent"))
        var limits = AuthenticationService.Limits()
        limits.throttle.freeForAccount = 1000
        limits.throttle.freeForClient = 1000
        limits.throttle.freeForKnownPair = 1000
        service = AuthenticationService(
            generation: { current.value }, passwords: NoPasswords(), directories: stand, limits: limits,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, verify: { _, _ in false },
            now: { stand.clock.withLock { $0 } })
        self.stand = stand
        self.current = current
    }

    private func login(_ name: String = "ana@acme.example", _ password: String = "right") async -> String {
        let credentials = Credentials(name: name, password: Array(password.utf8), service: .imap, remote: "192.0.2.1")
        return switch await service.authenticate(credentials) {
        case .accepted(let account): account.address.localPart
        case .rejected: "rejected"
        case .suspended: "suspended"
        case .throttled: "throttled"
        case .unavailable: "unavailable"
        }
    }

    private func later(_ time: Duration) { stand.clock.withLock { $0 += time } }
    private var asked: [String] { stand.asked.withLock { $0 } }

    @Test(arguments: ["ana@acme.example", "ana", "ANA", "ana@corp.local", "Ana@acme.example"])
    func byAnyName(name: String) async { #expect(await login(name) == "ana") }

    /// Whichever tenant's people type it: its directory is not for them to find.
    @Test(arguments: [("ana", "rejected"), ("ana@corp.local", "rejected"), ("ana@acme.example", "ana")])
    func amongSeveralTenantsOnlyWithADomain(name: String, answer: String) async throws {
        var changed = content
        let casa = Tenant(id: try TenantID("casa"), name: "Casa")
        changed.tenants.append(TenantContent(tenant: casa, domains: [], accounts: [], routes: []))
        current.replace(with: Generation(number: 2, content: changed))
        #expect(await login(name) == answer)
        #expect(asked.isEmpty == (answer == "rejected"))
    }

    @Test(arguments: ["nobody", "ana@elsewhere.example", "", "info@acme.example"])
    func byNoOther(name: String) async {
        #expect(await login(name) == "rejected")
        #expect(asked.isEmpty)
    }

    @Test(arguments: ["", "\u{0}", "a\u{0}b", String(repeating: "x", count: 600)])
    func unusablePasswordsReachNobody(password: String) async {
        #expect(await login("ana", password) == "rejected")
        #expect(asked.isEmpty)
    }

    @Test func aRightPasswordIsRememberedForAWhile() async {
        #expect(await login() == "ana")
        later(.seconds(599))
        #expect(await login() == "ana")
        #expect(asked == ["right"])
        // Its use does not lengthen the time.
        later(.seconds(2))
        #expect(await login() == "ana")
        #expect(asked == ["right", "right"])
    }

    @Test func itSurvivesAnOutageForAWhile() async {
        #expect(await login() == "ana")
        stand.isAway.withLock { $0 = true }
        later(.seconds(3000))
        #expect(await login() == "ana")
        #expect(await login("ana", "other") == "unavailable")
        later(.seconds(601))
        #expect(await login() == "unavailable")
    }

    @Test func aPasswordChangedThereIsNotRemembered() async {
        #expect(await login() == "ana")
        stand.mark.withLock { $0 = "2" }
        stand.right.withLock { $0 = "new" }
        #expect(await login() == "rejected")
        #expect(await login("ana", "new") == "ana")
    }

    @Test func theSameWrongPasswordIsAskedOnce() async {
        for _ in 0..<10 { #expect(await login("ana", "old") == "rejected") }
        #expect(asked == ["old"])
    }

    @Test func fewGuessesReachTheDirectory() async {
        for number in 0..<3 { #expect(await login("ana", "guess \(number)") == "rejected") }
        #expect(await login("ana", "guess 3") == "throttled")
        #expect(await login("ana", "right") == "throttled")
        #expect(asked.count == 3)
        later(.seconds(1801))
        #expect(await login("ana", "right") == "ana")
    }

    @Test func whoIsRememberedIsNotKeptOutByGuesses() async {
        #expect(await login() == "ana")
        for number in 0..<5 { _ = await login("ana", "guess \(number)") }
        #expect(await login() == "ana")
    }

    @Test func applicationPasswordsNeverReachTheDirectory() async {
        #expect(await login("ana", ApplicationPassword.make()) == "rejected")
        #expect(await login("ana", ApplicationPassword.make().uppercased()) == "rejected")
        #expect(asked.isEmpty)
    }

    @Test func theSuspendedAreNotAskedAbout() async throws {
        #expect(await login() == "ana")
        var changed = content
        let index = try #require(changed.tenants[0].accounts.firstIndex { $0.id == stand.account })
        changed.tenants[0].accounts[index].state = .suspended(by: .account)
        current.replace(with: Generation(number: 2, content: changed))
        #expect(await login() == "suspended")
        #expect(await login("ana", "guess") == "rejected")
        #expect(asked == ["right"])
    }
}

@Suite("Application passwords") struct ApplicationPasswordTests {
    @Test func areOfOneForm() {
        let secret = ApplicationPassword.make()
        #expect(ApplicationPassword.hasForm(Array(secret.utf8)))
        #expect(secret.utf8.count == 32)
        let spaced = secret.uppercased().replacing("-", with: " - ")
        #expect(ApplicationPassword.digest(Array(spaced.utf8)) == ApplicationPassword.digest(Array(secret.utf8)))
        #expect(
            ApplicationPassword.digest(Array(ApplicationPassword.make().utf8)) != ApplicationPassword.digest(Array(secret.utf8)))
    }

    @Test(arguments: [
        "", "mp-", "mp-aaaaa-aaaaa-aaaaa-aaaaa", "mp-aaaaa-aaaaa-aaaaa-aaaaa-aaaa0", "xp-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa",
    ])
    func othersAreNot(password: String) { #expect(!ApplicationPassword.hasForm(Array(password.utf8))) }

    @Test(arguments: [("Phone", true), ("", false), (" x", false), ("a\nb", false), (String(repeating: "x", count: 61), false)])
    func names(name: String, isName: Bool) { #expect(ApplicationPassword.isName(name) == isName) }

    @Test func madeListedUsedAndRemoved() async throws {
        let host = try ExampleHost()
        let control = HostControl(host.folders, now: { 1000 })
        _ = try await control.apply(configuration: host.folders.configuration, plan: nil)
        let secret = try await control.addApplicationPassword("Phone", scopes: [.imap], to: "rui@acme.example")
        await #expect(throws: ControlError.self) {
            _ = try await control.addApplicationPassword("Phone", scopes: [.imap], to: "rui@acme.example")
        }
        let rui = try await control.user("rui@acme.example").account.id
        let stored = StoredPasswords(host.folders)
        let octets = Array(secret.utf8)
        #expect(try await stored.acceptsApplicationPassword(octets, of: rui, for: .imap, from: "192.0.2.1"))
        #expect(try await !stored.acceptsApplicationPassword(octets, of: rui, for: .web, from: "192.0.2.1"))
        let ana = try await control.user("ana@acme.example").account.id
        #expect(try await !stored.acceptsApplicationPassword(octets, of: ana, for: .imap, from: "192.0.2.1"))
        let listed = try await control.applicationPasswords(of: "rui@acme.example")
        #expect(listed.map(\.name) == ["Phone"] && listed[0].lastRemote == "192.0.2.1")
        let gone = try await control.removeApplicationPassword("Phone", of: "rui@acme.example")
        #expect(try await control.revoked(by: gone).map(\.account) == [rui])
        #expect(try await !stored.acceptsApplicationPassword(octets, of: rui, for: .imap, from: "192.0.2.1"))
    }
}
