import NIOConcurrencyHelpers
import Testing
import Worker

@Suite("When a worker is ready") struct StartGateTests {
    @Test func opensWithTheLastSocketAndOnce() {
        let opened = NIOLockedValueBox(0)
        let gate = StartGate(3) { opened.withLockedValue { $0 += 1 } }
        gate.listening()
        gate.listening()
        #expect(opened.withLockedValue { $0 } == 0)
        gate.listening()
        gate.listening()
        #expect(opened.withLockedValue { $0 } == 1)
    }
}
