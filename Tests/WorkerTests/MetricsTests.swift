import CoreMetrics
import Logging
import Testing

@testable import Worker

@Suite("Prometheus text format 0.0.4") struct MetricsTests {
    @Test func countersGaugesAndHistograms() {
        let registry = MetricsRegistry()
        let accepted = registry.makeCounter(label: "mail.accepted_total", dimensions: [("door", "mx")])
        accepted.increment(by: 2)
        registry.makeCounter(label: "mail.accepted_total", dimensions: [("door", "mx")]).increment(by: 1)
        registry.makeCounter(label: "mail.accepted_total", dimensions: [("door", "a\"b\\c\nd")]).increment(by: 1)
        registry.makeMeter(label: "open", dimensions: []).set(1.5)
        let timer = registry.makeTimer(label: "flush_seconds", dimensions: [])
        timer.recordNanoseconds(400_000)
        timer.recordNanoseconds(20_000_000_000)
        let text = registry.text
        #expect(text.contains("# TYPE mail_accepted_total counter\n"))
        #expect(text.contains("mail_accepted_total{door=\"mx\"} 3\n"))
        #expect(text.contains("mail_accepted_total{door=\"a\\\"b\\\\c\\nd\"} 1\n"))
        #expect(text.contains("# TYPE open gauge\nopen 1.5\n"))
        #expect(text.contains("flush_seconds_bucket{le=\"0.0005\"} 1\n"))
        #expect(text.contains("flush_seconds_bucket{le=\"10\"} 1\n"))
        #expect(text.contains("flush_seconds_bucket{le=\"+Inf\"} 2\n"))
        #expect(text.contains("flush_seconds_sum 20.0004\nflush_seconds_count 2\n"))
    }

    @Test(arguments: [("a.b-c", "a_b_c"), ("9lives", "_lives"), ("", "_"), ("ok:1_x", "ok:1_x"), ("ç", "_")])
    func names(text: String, name: String) { #expect(PrometheusText.name(text) == name) }

    @Test(arguments: [(3.0, "3"), (0.25, "0.25"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN")])
    func numbers(value: Double, text: String) { #expect(PrometheusText.number(value) == text) }

    @Test func anotherKindOfTheSameNameMeasuresNothing() {
        let registry = MetricsRegistry()
        registry.makeCounter(label: "x", dimensions: []).increment(by: 1)
        registry.makeMeter(label: "x", dimensions: []).set(5.0)
        #expect(registry.text == "# TYPE x counter\nx 1\n")
    }

    @Test func seriesAreBounded() {
        let registry = MetricsRegistry(mostSeries: 2)
        for number in 0..<10 { registry.makeCounter(label: "x", dimensions: [("n", "\(number)")]).increment(by: 1) }
        #expect(registry.text.split(separator: "\n").count == 3)
    }

    @Test func healthBecomesGauges() {
        let report = HealthReport(program: "malaposta-mail", version: "1.2")
        report.figure("imap.connections") { 7 }
        report.generation(41)
        report.up()
        let text = report.metricsText
        #expect(text.contains("malaposta_build_info{program=\"malaposta-mail\",version=\"1.2\"} 1\n"))
        #expect(text.contains("malaposta_healthy 1\n"))
        #expect(text.contains("malaposta_imap_connections 7\n"))
        #expect(text.contains("malaposta_generation 41\n"))
    }

    @Test func theProcessIsMeasured() {
        let text = ProcessMeasures.text
        for name in ["process_resident_memory_bytes", "process_cpu_seconds_total", "process_open_fds"] {
            #expect(text.contains("\n\(name) ") || text.hasPrefix("\(name) "))
        }
    }

    @Test func placesAreNamed() {
        #expect(MetricsPlace.places(address: "::1", port: 9_251, socket: nil).map(\.description) == ["[::1]:9251"])
        #expect(MetricsPlace.places(address: "127.0.0.1", port: nil, socket: nil).isEmpty)
        #expect(MetricsPlace.places(address: "127.0.0.1", port: nil, socket: "/run/x.sock").map(\.description) == ["/run/x.sock"])
    }
}
