import LocalSocket
import NIOConcurrencyHelpers
import Testing

@testable import Worker

@Suite("A worker knocks at its own doors") struct DoorProbeTests {

    @Test func threeMissesInARowAskForARestart() async throws {
        let report = HealthReport(program: "malaposta-mail", version: "1")
        report.up()
        let listening = try Listening()
        let place = try #require(LocalAddress(listening.descriptor))
        let answers = NIOLockedValueBox(false)
        let probe = DoorProbe([DoorProbe.Door(name: "imap", place: place)], report: report) { _ in answers.withLockedValue { $0 }
        }
        var misses: [String: Int] = [:]
        for _ in 0..<2 { await probe.look(&misses) }
        #expect(report.current.state == .healthy)
        await probe.look(&misses)
        #expect(report.current.state == .unhealthy)
        #expect(report.current.wantsRestart == true)
        #expect(report.current.problems == ["imap at 127.0.0.1 port \(place.port) does not answer; the worker is started again"])
        answers.withLockedValue { $0 = true }
        await probe.look(&misses)
        #expect(report.current.state == .healthy)
        #expect(report.current.wantsRestart == nil)
    }

    @Test func nobodyListeningIsNoAnswer() async throws {
        // Bound, but nobody listens.
        let listening = try Listening()
        let place = try #require(LocalAddress(listening.descriptor))
        #expect(await DoorProbe.greets(DoorProbe.Door(name: "imap", place: place), asProxy: false) == false)
    }
}
