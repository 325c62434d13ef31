import Directory
import Logging
import Mail
import Synchronization
import Testing

@testable import ControlPlane
@testable import MailConfiguration

@Suite("The authentication service") struct AuthenticationServiceTests {
    /// Counts what costs.
    private final class Hashing: Sendable {
        let calls = Mutex<[String]>([])
        var count: Int { calls.withLock { $0.count } }
        var clock: Duration { .nanoseconds(nanoseconds.load(ordering: .relaxed)) }
        let nanoseconds = Atomic<Int64>(0)

        func verify(_ password: [UInt8], _ hash: String) -> Bool {
            calls.withLock { $0.append(hash) }
            return hash == "hash of " + String(decoding: password, as: UTF8.self)
        }
    }

    private final class Passwords: PasswordSource {
        let hashes = Mutex<[AccountID: String]>([:])
        let isBroken = Atomic<Bool>(false)

        func passwordHash(of account: AccountID) throws -> String? {
            if isBroken.load(ordering: .relaxed) { throw ControlError.busy }
            return hashes.withLock { $0[account] }
        }
    }

    private final class Gate: Sendable { let isOpen = Atomic<Bool>(false) }

    private let hashing = Hashing()
    private let passwords = Passwords()
    private let current: CurrentGeneration
    private let ana: DirectoryAccount
    private let content: GenerationContent

    init() throws {
        let host = try ExampleHost()
        let tree = try #require(ConfigurationTree.read(from: host.folders.configuration).tree)
        content = try GenerationContent(tree)
        current = CurrentGeneration(Generation(number: 1, content: content))
        ana = try #require(content.tenants[0].accounts.first { $0.address.localPart == "ana" })
        passwords.hashes.withLock { $0[ana.id] = "hash of right" }
    }

    private func service(_ change: (inout AuthenticationService.Limits) -> Void = { _ in }) -> AuthenticationService {
        var limits = AuthenticationService.Limits()
        change(&limits)
        let (hashing, current) = (hashing, current)
        return AuthenticationService(
            generation: { current.value }, passwords: passwords, limits: limits,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            verify: { hashing.verify($0, $1) }, now: { hashing.clock })
    }

    private func login(
        _ service: AuthenticationService, _ name: String = "ana@acme.example", _ password: String = "right",
        _ kind: LoginService = .imap, from remote: String = "192.0.2.1"
    ) async -> AuthenticationResult {
        await service.authenticate(Credentials(name: name, password: Array(password.utf8), service: kind, remote: remote))
    }

    @Test func rightAndWrong() async {
        let service = service()
        #expect(await login(service) == .accepted(ana))
        #expect(await login(service, "ana@acme.example", "wrong") == .rejected)
        #expect(await login(service, "ANA@acme.example") == .accepted(ana))
    }

    @Test func anUnknownNameCostsTheSame() async {
        let service = service()
        for name in ["nobody@acme.example", "ana@else.example", "ana", "", "rui@acme.example", "info@acme.example"] {
            let before = hashing.count
            #expect(await login(service, name, "whatever", from: "") == .rejected)
            #expect(hashing.count == before + 1)
        }
        #expect(hashing.calls.withLock { Set($0) }.count == 1)
        #expect(hashing.calls.withLock { $0[0] }.hasPrefix("$y$"))
    }

    @Test func aVerifiedPasswordIsRememberedForAWhile() async {
        let service = service()
        for minute in 0..<10 {
            hashing.nanoseconds.store(Int64(minute) * 60_000_000_000, ordering: .relaxed)
            #expect(await login(service) == .accepted(ana))
        }
        #expect(hashing.count == 1)
        // Ten minutes without a login.
        hashing.nanoseconds.store((9 * 60 + 600) * 1_000_000_000, ordering: .relaxed)
        #expect(await login(service) == .accepted(ana))
        #expect(hashing.count == 2)
    }

    @Test func anotherPasswordForgetsTheOldOneAtOnce() async {
        let service = service()
        #expect(await login(service) == .accepted(ana))
        passwords.hashes.withLock { $0[ana.id] = "hash of other" }
        #expect(await login(service) == .rejected)
        #expect(await login(service, "ana@acme.example", "other") == .accepted(ana))
    }

    @Test func aSuspendedAccountIsRefusedAlsoWhenRemembered() async throws {
        let service = service()
        #expect(await login(service) == .accepted(ana))
        var suspended = content
        let index = try #require(suspended.tenants[0].accounts.firstIndex { $0.id == ana.id })
        suspended.tenants[0].accounts[index].state = .suspended(by: .account)
        current.replace(with: Generation(number: 2, content: suspended))
        #expect(await login(service) == .suspended)
        #expect(await login(service, "ana@acme.example", "wrong") == .rejected)
        suspended.tenants[0].accounts[index].state = .retired
        current.replace(with: Generation(number: 3, content: suspended))
        #expect(await login(service) == .rejected)
    }

    @Test func aServiceOutsideThePlanIsRefused() async {
        var content = content
        for index in content.tenants[0].accounts.indices { content.tenants[0].accounts[index].features.remove(.imap) }
        current.replace(with: Generation(number: 2, content: content))
        let service = service()
        #expect(await login(service) == .rejected)
        #expect(await login(service, "ana@acme.example", "right", .web) != .rejected)
    }

    @Test(arguments: ["", "a\u{0}b", String(repeating: "x", count: 512)])
    func anUnusablePasswordReachesNoHash(password: String) async {
        #expect(await login(service(), "ana@acme.example", password) == .rejected)
        #expect(hashing.count == 0)
    }

    @Test func tooManyFailuresWaitWithoutAHash() async {
        let service = service()
        for number in 0..<5 { #expect(await login(service, "ana@acme.example", "wrong \(number)", from: "") == .rejected) }
        let before = hashing.count
        #expect(await login(service, from: "") == .throttled(retryAfter: .seconds(1)))
        #expect(hashing.count == before)
        hashing.nanoseconds.store(1_000_000_000, ordering: .relaxed)
        #expect(await login(service, from: "") == .accepted(ana))
    }

    @Test func allAddressesOfAnAccountCountTogether() async throws {
        let service = service()
        let rui = ["rui@acme.example", "r.lima@acme.example", "RUI@acme.example", "R.Lima@acme.example", "rui@acme.example"]
        for (number, name) in rui.enumerated() {
            #expect(await login(service, name, "wrong \(number)", from: "") == .rejected)
        }
        #expect(await login(service, "r.lima@acme.example", "wrong", from: "") == .throttled(retryAfter: .seconds(1)))
    }

    @Test func whatCannotBeReadIsUnavailableNotWrong() async {
        let service = service()
        passwords.isBroken.store(true, ordering: .relaxed)
        for _ in 0..<10 { #expect(await login(service) == .unavailable) }
        passwords.isBroken.store(false, ordering: .relaxed)
        #expect(await login(service) == .accepted(ana))
    }

    @Test func theSameAtOnceShareOneHash() async {
        let service = service()
        await withTaskGroup(of: AuthenticationResult.self) { group in
            for _ in 0..<40 { group.addTask { await login(service) } }
            for await result in group { #expect(result == .accepted(ana)) }
        }
        #expect(hashing.count == 1)
    }

    @Test func checksAreBounded() async {
        let threads = HashingThreads(HashingThreads.Limits(threads: 1, waiting: 2))
        let gate = Gate()
        let started = AsyncStream<Void>.makeStream()
        await withTaskGroup(of: Bool?.self) { group in
            group.addTask {
                await threads.run {
                    started.continuation.yield()
                    while !gate.isOpen.load(ordering: .acquiring) {}
                    return true
                }
            }
            for await _ in started.stream { break }
            // Two wait; whichever comes third is refused at once.
            for _ in 0..<3 { group.addTask { await threads.run { true } } }
            var results: [Bool?] = []
            if let first = await group.next() { results.append(first) }
            #expect(results == [nil])
            gate.isOpen.store(true, ordering: .releasing)
            for await result in group { results.append(result) }
            #expect(results.count { $0 == true } == 3)
        }
    }
}
