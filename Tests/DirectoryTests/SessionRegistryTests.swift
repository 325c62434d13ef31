import Directory
import DirectoryTestSupport
import Mail
import Synchronization
import Testing

@Suite("Open sessions end when told") struct SessionRegistryTests {
    private final class Ends: Sendable {
        let reasons = Mutex<[SessionEnd]>([])
        var heard: [SessionEnd] { reasons.withLock { $0 } }
        func hear(_ reason: SessionEnd) { reasons.withLock { $0.append(reason) } }
    }

    @Test func onlyThatAccountsOnce() {
        let registry = SessionRegistry()
        let (first, other) = (Ends(), Ends())
        let tokens = [
            registry.register(AccountID(1), service: .imap, remote: "192.0.2.1") { first.hear($0) },
            registry.register(AccountID(1), service: .web, remote: "192.0.2.1") { first.hear($0) },
            registry.register(AccountID(2), service: .imap, remote: "192.0.2.1") { other.hear($0) },
        ]
        #expect(registry.count(AccountID(1)) == 2)
        #expect(registry.count(remote: "192.0.2.1") == 3)
        registry.end(AccountID(1), .passwordChanged)
        registry.end(AccountID(1), .suspended)
        #expect(first.heard == [.passwordChanged, .passwordChanged])
        #expect(other.heard.isEmpty)
        #expect(registry.count(remote: "192.0.2.1") == 1)
        withExtendedLifetime(tokens) {}
    }

    /// Of sessions that a process takes up from the run before, a revocation ends those alone that began before it.
    @Test func whoLoggedInAfterARevocationStays() {
        let registry = SessionRegistry()
        let (before, after) = (Ends(), Ends())
        let tokens = [
            registry.register(AccountID(1), service: .web, remote: "", since: 4) { before.hear($0) },
            registry.register(AccountID(1), service: .web, remote: "", since: 5) { after.hear($0) },
        ]
        registry.end(AccountID(1), .passwordChanged, revocation: 5)
        #expect(before.heard == [.passwordChanged])
        #expect(after.heard.isEmpty)
        registry.end(AccountID(1), .suspended)
        #expect(after.heard == [.suspended])
        withExtendedLifetime(tokens) {}
    }

    @Test func aReleasedTokenIsForgotten() {
        let registry = SessionRegistry()
        do {
            let token = registry.register(AccountID(1), service: .imap, remote: "::1") { _ in }
            withExtendedLifetime(token) { #expect(registry.count(AccountID(1)) == 1) }
        }
        #expect(registry.count(AccountID(1)) == 0)
        #expect(registry.count(remote: "::1") == 0)
    }

    @Test func aRevocationBetweenThePasswordAndTheSessionIsNotMissed() {
        let registry = SessionRegistry()
        let attempt = registry.beginLogin()
        registry.end(AccountID(1), .passwordChanged)
        let (late, other, fresh) = (Ends(), Ends(), Ends())
        let tokens = [
            registry.register(AccountID(1), service: .imap, remote: "::1", after: attempt) { late.hear($0) },
            registry.register(AccountID(2), service: .imap, remote: "::1", after: attempt) { other.hear($0) },
            registry.register(AccountID(1), service: .imap, remote: "::1", after: registry.beginLogin()) { fresh.hear($0) },
        ]
        #expect(late.heard == [.passwordChanged])
        #expect(other.heard.isEmpty)
        #expect(fresh.heard.isEmpty)
        #expect(registry.count(AccountID(1)) == 1)
        #expect(registry.count(remote: "::1") == 2)
        registry.end(AccountID(1), .suspended)
        #expect(late.heard == [.passwordChanged])
        #expect(fresh.heard == [.suspended])
        withExtendedLifetime((tokens, attempt)) {}
    }

    @Test func aNewGenerationEndsWhomItDoesNotKnow() async throws {
        let example = try ExampleTenants()
        let registry = SessionRegistry()
        let ends = [example.ana, example.rui, example.old].map { _ in Ends() }
        let stranger = Ends()
        var tokens = zip([example.ana, example.rui, example.old], ends).map { account, ends in
            registry.register(account.id, service: .imap, remote: "") { ends.hear($0) }
        }
        tokens.append(registry.register(AccountID(7), service: .imap, remote: "") { stranger.hear($0) })
        try await registry.endInactive(in: Generation(number: 1, content: try example.content))
        #expect(ends.map(\.heard) == [[], [.suspended], [.removed]])
        #expect(stranger.heard == [.removed])
        withExtendedLifetime(tokens) {}
    }

    @Test func aNewGenerationEndsSessionsAtServicesThatItTakes() async throws {
        let example = try ExampleTenants()
        var content = try example.content
        for tenant in content.tenants.indices {
            for account in content.tenants[tenant].accounts.indices {
                content.tenants[tenant].accounts[account].features.remove(.web)
            }
        }
        let registry = SessionRegistry()
        let ends = LoginService.allCases.map { _ in Ends() }
        let tokens = zip(LoginService.allCases, ends).map { service, ends in
            registry.register(example.ana.id, service: service, remote: "") { ends.hear($0) }
        }
        try await registry.endInactive(in: Generation(number: 2, content: content))
        for (service, ends) in zip(LoginService.allCases, ends) { #expect(ends.heard == (service == .web ? [.removed] : [])) }
        withExtendedLifetime(tokens) {}
    }
}
