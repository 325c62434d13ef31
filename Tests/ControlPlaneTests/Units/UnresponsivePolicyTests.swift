import ControlPlane
import LocalSocket
import Testing

@Suite("When a worker that is alive is started again") struct UnresponsivePolicyTests {
    private func health(_ state: Health.State, wantsRestart: Bool? = nil) -> Health {
        var health = Health(program: "malaposta-mail", version: "1", processID: 7, state: state)
        health.wantsRestart = wantsRestart
        return health
    }

    @Test func tellsObservationsApart() {
        typealias Seen = UnresponsivePolicy.Observation
        #expect(Seen(nil) == .silent)
        #expect(Seen(health(.healthy)) == .well)
        #expect(Seen(health(.starting)) == .leaveAlone)
        // A full disk is not emptied by a restart.
        #expect(Seen(health(.unhealthy)) == .leaveAlone)
        #expect(Seen(health(.unhealthy, wantsRestart: true)) == .wantsRestart)
    }

    @Test func silenceIsBorneForAWhile() {
        var policy = UnresponsivePolicy()
        expect(policy.observe(.silent, at: .seconds(0)), false)
        expect(policy.observe(.silent, at: .seconds(29)), false)
        expect(policy.observe(.silent, at: .seconds(30)), true)
    }

    @Test func oneAnswerIsEnough() {
        var policy = UnresponsivePolicy()
        expect(policy.observe(.silent, at: .seconds(0)), false)
        expect(policy.observe(.well, at: .seconds(29)), false)
        expect(policy.observe(.silent, at: .seconds(31)), false)
    }

    @Test func whatARestartDoesNotCureIsTriedEverMoreSeldom() {
        var policy = UnresponsivePolicy()
        var restarts: [Int] = []
        for second in stride(from: 0, to: 1000, by: 5) where policy.observe(.wantsRestart, at: .seconds(second)) {
            restarts.append(second)
        }
        #expect(restarts == [30, 95, 220, 465, 950])
    }

    @Test func longHealthForgetsEarlierRestarts() {
        var policy = UnresponsivePolicy()
        _ = policy.observe(.silent, at: .seconds(0))
        expect(policy.observe(.silent, at: .seconds(30)), true)
        expect(policy.observe(.well, at: .seconds(40)), false)
        expect(policy.observe(.well, at: .seconds(1840)), false)
        expect(policy.observe(.silent, at: .seconds(2000)), false)
        expect(policy.observe(.silent, at: .seconds(2030)), true)
    }

    /// A macro's argument cannot change anything: the answer is asked for before.
    private func expect(_ answer: Bool, _ wanted: Bool, location: SourceLocation = #_sourceLocation) {
        #expect(answer == wanted, sourceLocation: location)
    }
}
