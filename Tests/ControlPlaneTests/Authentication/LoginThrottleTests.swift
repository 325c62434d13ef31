import Testing

@testable import ControlPlane

@Suite("Guessing is slowed down, nobody is locked out") struct LoginThrottleTests {
    private func attempt(_ client: String, _ login: String) -> LoginThrottle.Attempt {
        LoginThrottle.Attempt(client: NetworkPrefix(client), login: login)
    }

    private func fail(_ throttle: inout LoginThrottle, _ attempt: LoginThrottle.Attempt, at now: Duration) -> Duration? {
        if let pause = throttle.begin(attempt, at: now) { return pause }
        throttle.ended(attempt, .failed, at: now)
        return nil
    }

    @Test func pausesGrowForAnAccountAndStayBounded() {
        var throttle = LoginThrottle()
        var now: Duration = .zero
        var pauses: [Duration] = []
        for number in 0..<16 {
            // From another client each time: only the account counts.
            let attempt = attempt("192.0.2.\(number)", "ana@acme.example")
            if let pause = fail(&throttle, attempt, at: now) {
                pauses.append(pause)
                now += pause
                #expect(fail(&throttle, attempt, at: now) == nil)
            }
        }
        #expect(pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60].map { .seconds($0) })
    }

    @Test func aClientPaysForAllNames() {
        var throttle = LoginThrottle()
        for number in 0..<10 { #expect(fail(&throttle, attempt("198.51.100.7", "u\(number)"), at: .zero) == nil) }
        #expect(fail(&throttle, attempt("198.51.100.7", "fresh"), at: .zero) == .seconds(1))
        #expect(fail(&throttle, attempt("198.51.100.8", "fresh"), at: .zero) == nil)
        #expect(fail(&throttle, attempt("", "fresh2"), at: .zero) == nil)
    }

    @Test func theOwnerPassesWhileOthersGuess() {
        var throttle = LoginThrottle()
        let home = attempt("203.0.113.5", "ana@acme.example")
        #expect(throttle.begin(home, at: .zero) == nil)
        throttle.ended(home, .succeeded, at: .zero)
        var now: Duration = .zero
        for number in 0..<50 {
            now += fail(&throttle, attempt("192.0.2.\(number)", "ana@acme.example"), at: now) ?? .zero
        }
        _ = fail(&throttle, attempt("192.0.2.99", "ana@acme.example"), at: now)
        #expect(throttle.begin(attempt("192.0.2.200", "ana@acme.example"), at: now) != nil)
        #expect(throttle.begin(home, at: now) == nil)
        throttle.ended(home, .succeeded, at: now)
        // Guessing from there too has its pauses.
        for _ in 0..<10 { #expect(fail(&throttle, home, at: now) == nil) }
        #expect(fail(&throttle, home, at: now) == .seconds(1))
    }

    @Test func manyAtOnceDoNotSlipThrough() {
        var throttle = LoginThrottle()
        let attempt = attempt("192.0.2.1", "ana@acme.example")
        for _ in 0..<5 { #expect(throttle.begin(attempt, at: .zero) == nil) }
        #expect(throttle.begin(attempt, at: .zero) != nil)
        throttle.ended(attempt, .unchecked, at: .zero)
        #expect(throttle.begin(attempt, at: .zero) == nil)
    }

    @Test func allIsForgottenInTime() {
        var throttle = LoginThrottle()
        let attempt = attempt("192.0.2.1", "ana@acme.example")
        for _ in 0..<5 { _ = fail(&throttle, attempt, at: .zero) }
        #expect(fail(&throttle, attempt, at: .zero) != nil)
        #expect(fail(&throttle, attempt, at: .seconds(3_600)) == nil)
        #expect(fail(&throttle, attempt, at: .seconds(3_600)) == nil)
    }

    @Test func tablesAreBounded() {
        var limits = LoginThrottle.Limits()
        limits.entries = 100
        var throttle = LoginThrottle(limits)
        for number in 0..<1_000 { _ = fail(&throttle, attempt("", "u\(number)"), at: .zero) }
        for _ in 0..<4 { #expect(fail(&throttle, attempt("", "u999"), at: .zero) == nil) }
        #expect(fail(&throttle, attempt("", "u999"), at: .zero) != nil)
    }

    @Test(arguments: [
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::1", true), ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
        ("192.0.2.1", "::ffff:192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false), ("fe80::1%eth0", "fe80::2", true),
    ])
    func whatCountsAsOneClient(one: String, other: String, same: Bool) {
        #expect(NetworkPrefix(one) != nil)
        #expect((NetworkPrefix(one) == NetworkPrefix(other)) == same)
    }

    @Test(arguments: ["", "unix", "1.2.3", "%", "::g"]) func noAddress(text: String) { #expect(NetworkPrefix(text) == nil) }
}
