package import CoreMetrics
internal import Synchronization

/// Keeps what a program measures, as Prometheus reads it. One for each process; swift-metrics is told of it at the start:
///
///     MetricsSystem.bootstrap(MetricsRegistry.shared)
///
/// The first use of a name says what kind it is; another kind of the same name measures nothing. Series are bounded, so that a
/// label that someone else chooses could not fill the memory.
package final class MetricsRegistry: MetricsFactory, Sendable {
    package static let shared = MetricsRegistry()
    /// Series kept at most; beyond, further ones measure nothing.
    package static let mostSeries = 4_000

    enum Kind: String, Sendable { case counter, gauge, histogram }

    struct Family: Sendable {
        let kind: Kind
        /// By their labels as text.
        var series: [String: any Series]
    }

    private let families = Mutex<[String: Family]>([:])
    private let longest: Int

    package init(mostSeries: Int = MetricsRegistry.mostSeries) { longest = mostSeries }

    /// All families in the order of their names.
    var snapshot: [(name: String, family: Family)] {
        families.withLock { families in families.map { ($0.key, $0.value) } }.sorted { $0.0 < $1.0 }
    }

    private func series<Made: Series>(
        _ kind: Kind, _ name: String, _ dimensions: [(String, String)], _ make: () -> Made
    ) -> Made {
        let labels = PrometheusText.labels(dimensions)
        let name = PrometheusText.name(name)
        return families.withLock { families in
            var family = families[name] ?? Family(kind: kind, series: [:])
            if let known = family.series[labels] as? Made { return known }
            let made = make()
            let count = families.values.reduce(0) { $0 + $1.series.count }
            guard family.kind == kind, count < longest, family.series[labels] == nil else { return made }
            family.series[labels] = made
            families[name] = family
            return made
        }
    }

    // MARK: MetricsFactory

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(.counter, label, dimensions) { CounterSeries() }
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(.gauge, label, dimensions) { GaugeSeries() }
    }

    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        guard aggregate else { return series(.gauge, label, dimensions) { GaugeSeries() } }
        return series(.histogram, label, dimensions) { HistogramSeries(bounds: HistogramSeries.octets, unit: 1) }
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(.histogram, label, dimensions) { HistogramSeries(bounds: HistogramSeries.seconds, unit: 1e-9) }
    }

    /// Measures are made once and live as long as the process.
    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}
}
