import Logging
import Testing

@testable import ControlPlane

@Suite("Failed log-ins outlive a restart") struct LoginMemoryTests {
    private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func attempt(_ client: String, _ login: String) -> LoginThrottle.Attempt {
        LoginThrottle.Attempt(client: NetworkPrefix(client), login: login)
    }

    private func fail(_ throttle: inout LoginThrottle, _ attempt: LoginThrottle.Attempt, times: Int) {
        for _ in 0..<times {
            _ = throttle.begin(attempt, at: .zero)
            throttle.ended(attempt, .failed, at: .zero)
        }
    }

    @Test func pausesGoOn() async throws {
        let host = try ExampleHost()
        _ = try await HostControl(host.folders).apply(configuration: host.folders.configuration, plan: nil)
        var before = LoginThrottle()
        fail(&before, attempt("192.0.2.1", "ana"), times: 5)
        let memory = LoginMemory(host.folders, now: { 1_000 }, logger: quiet)
        await memory.write(before.memories(at: .seconds(1), limit: 100))

        // Two seconds later, in a process whose own clock begins anew.
        var after = LoginThrottle()
        after.take(try await LoginMemory(host.folders, now: { 1_002 }, logger: quiet).read(), at: .seconds(500))
        fail(&after, attempt("192.0.2.2", "ana"), times: 1)
        #expect(after.begin(attempt("192.0.2.3", "ana"), at: .zero) != nil)
        #expect(after.begin(attempt("192.0.2.3", "rui"), at: .seconds(500)) == nil)
    }

    @Test func whoHasLoggedInBeforeIsKnown() {
        var before = LoginThrottle()
        let own = attempt("198.51.100.1", "ana")
        _ = before.begin(own, at: .zero)
        before.ended(own, .succeeded, at: .zero)
        fail(&before, attempt("192.0.2.1", "ana"), times: 9)
        var after = LoginThrottle()
        after.take(before.memories(at: .zero, limit: 100), at: .zero)
        #expect(after.begin(attempt("203.0.113.9", "ana"), at: .zero) != nil)
        #expect(after.begin(own, at: .zero) == nil)
    }

    @Test func onlySoManyAreKept() {
        var throttle = LoginThrottle()
        for number in 0..<50 { fail(&throttle, attempt("192.0.2.\(number)", "u\(number)"), times: 1) }
        let kept = throttle.memories(at: .zero, limit: 10)
        #expect(kept.count == 20)
        #expect(kept.contains { $0.login == "u49" } && !kept.contains { $0.login == "u0" })
        #expect(throttle.memories(at: .seconds(4_000), limit: 10).isEmpty)
    }
}
