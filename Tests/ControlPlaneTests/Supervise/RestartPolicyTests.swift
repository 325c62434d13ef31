import ControlPlane
import Testing

@Suite("When a worker is started again") struct RestartPolicyTests {
    @Test func pausesDoubleAndThenItGivesUp() {
        var policy = RestartPolicy()
        for pause in [200, 400, 800, 1600, 3200] {
            #expect(policy.decide(served: nil) == .restart(after: .milliseconds(pause)))
        }
        #expect(policy.decide(served: .seconds(9)) == .giveUp)
    }

    @Test func aWorkerThatServedIsAlwaysStartedAgain() {
        var policy = RestartPolicy()
        for _ in 0..<100 { #expect(policy.decide(served: .seconds(10)) == .restart(after: .milliseconds(200))) }
    }

    @Test func servingStartsTheCountAnew() {
        var policy = RestartPolicy()
        for _ in 0..<5 { _ = policy.decide(served: nil) }
        #expect(policy.decide(served: .seconds(60)) == .restart(after: .milliseconds(200)))
        #expect(policy.decide(served: .seconds(1)) == .restart(after: .milliseconds(200)))
    }
}
