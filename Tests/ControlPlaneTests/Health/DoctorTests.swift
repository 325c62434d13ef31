import Testing

@testable import ControlPlane

@Suite("What the doctor says") struct DoctorTests {
    @Test(arguments: [
        ("mx.example", "mx.example", 25), ("mx.example:2525", "mx.example", 2525), ("192.0.2.1:26", "192.0.2.1", 26),
        ("2001:db8::1", "2001:db8::1", 25), ("[2001:db8::1]:26", "2001:db8::1", 26), ("[2001:db8::1]", "2001:db8::1", 25),
    ])
    func targets(text: String, host: String, port: Int) {
        let (foundHost, foundPort) = OutboundProbe.split(text)
        #expect(foundHost == host && foundPort == port)
    }

    @Test(arguments: [
        (Int32(0), false, DoctorFinding.Verdict.good), (0, true, .warning), (5, false, .warning), (-1, false, .skipped),
    ])
    func clocks(code: Int32, isUnsynchronized: Bool, verdict: DoctorFinding.Verdict) {
        let finding = ClockProbe.finding(code: code, isUnsynchronized: isUnsynchronized, errorMicroseconds: 12_000)
        #expect(finding.verdict == verdict)
        #expect((finding.consequence != nil) == (verdict == .warning))
    }

    @Test func theTextFitsAndTellsNowWantedAndConsequence() {
        let report = DoctorReport([
            .good("disk", "10 GB of 100 GB free", wanted: "more than 1 GB free"),
            DoctorFinding(
                "port 25 of mx.example", .problem, now: "it cannot be reached (connection refused, errno 111, by the firewall)",
                wanted: "a greeting from another mail server",
                consequence: "mail to other hosts stays in the queue; ask the network's provider to open port 25"),
        ])
        let lines = report.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(lines.allSatisfy { $0.count <= 80 })
        #expect(lines[0] == "good     disk: 10 GB of 100 GB free")
        #expect(lines[1] == "problem  port 25 of mx.example")
        #expect(
            lines.contains { $0.contains("now") } && lines.contains { $0.contains("wanted") }
                && lines.contains { $0.contains("so ") })
        #expect(lines.last == "1 problem, 0 warnings")
        #expect(!report.isFine)
    }
}
