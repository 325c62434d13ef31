import Testing
import Worker

@Suite("When a worker is started again") struct RestartPolicyTests {
    @Test func pausesDoubleAndThenItGivesUp() {
        var policy = RestartPolicy()
        for pause in [200, 400, 800, 1600, 3200] {
            #expect(policy.decide(served: nil) == .restart(after: .milliseconds(pause)))
        }
        #expect(policy.decide(served: nil) == .giveUp)
    }

    @Test func aWorkerThatServedIsStartedAgainAtOnce() {
        var policy = RestartPolicy()
        for _ in 0..<100 { #expect(policy.decide(served: .seconds(10)) == .restart(after: .milliseconds(200))) }
    }

    @Test func aWorkerThatIsKilledSoonAfterReadinessIsStartedAgainEachTime() {
        var policy = RestartPolicy()
        for pause in [200, 400, 800, 1600] + Array(repeating: 2000, count: 100) {
            #expect(policy.decide(served: .milliseconds(5)) == .restart(after: .milliseconds(pause)))
        }
    }

    @Test func readinessStartsTheCountAnew() {
        var policy = RestartPolicy()
        for _ in 0..<5 { _ = policy.decide(served: nil) }
        #expect(policy.decide(served: .seconds(1)) == .restart(after: .seconds(2)))
        for _ in 0..<5 { #expect(policy.decide(served: nil) != .giveUp) }
        #expect(policy.decide(served: .seconds(60)) == .restart(after: .milliseconds(200)))
        #expect(policy.decide(served: .seconds(1)) == .restart(after: .milliseconds(200)))
    }
}
