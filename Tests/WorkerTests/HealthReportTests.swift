import LocalSocket
import Testing
import Worker

@Suite("How a program says that it is") struct HealthReportTests {
    @Test func startsThenIsUp() {
        let report = HealthReport(program: "malaposta-mail", version: "1")
        #expect(report.current.state == .starting)
        report.up()
        #expect(report.current.state == .healthy)
        report.stopping()
        #expect(report.current.state == .stopping)
    }

    @Test func aProblemLastsUntilItIsSolved() {
        let report = HealthReport(program: "malaposta-mail", version: "1")
        report.up()
        report.problem("the disk is full; make room in /var/lib/malaposta")
        report.problem("the disk is full; make room in /var/lib/malaposta")
        #expect(report.current.state == .unhealthy)
        #expect(report.current.problems == ["the disk is full; make room in /var/lib/malaposta"])
        report.solved("the disk is full; make room in /var/lib/malaposta")
        #expect(report.current.state == .healthy)
    }

    @Test func aProblemBeforeTheStartIsNotForgotten() {
        let report = HealthReport(program: "malaposta-mail", version: "1")
        report.problem("no certificate")
        report.up()
        #expect(report.current.state == .unhealthy)
    }

    @Test func figuresAreReadWhenAskedFor() {
        let report = HealthReport(program: "malaposta-mail", version: "1")
        report.figure("imap.connections") { 7 }
        #expect(report.current.figures == ["imap.connections": 7])
        report.generation(41)
        #expect(report.current.generation == 41)
    }
}
