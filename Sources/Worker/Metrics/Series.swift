internal import CoreMetrics
internal import Synchronization

/// What one name with one set of labels has measured.
protocol Series: Sendable {
    /// Appends its lines.
    func write(_ name: String, _ labels: String, to text: inout String)
}

/// Only grows.
final class CounterSeries: CounterHandler, Series {
    private let value = Atomic<Int64>(0)

    func increment(by amount: Int64) { value.wrappingAdd(amount, ordering: .relaxed) }

    func reset() { value.store(0, ordering: .relaxed) }

    func write(_ name: String, _ labels: String, to text: inout String) {
        text += PrometheusText.line(name, labels, Double(value.load(ordering: .relaxed)))
    }
}

/// Goes up and down.
final class GaugeSeries: MeterHandler, RecorderHandler, Series {
    private let bits = Atomic<UInt64>(0)

    func set(_ value: Int64) { set(Double(value)) }

    func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }

    func record(_ value: Int64) { set(Double(value)) }

    func record(_ value: Double) { set(value) }

    func increment(by amount: Double) { add(amount) }

    func decrement(by amount: Double) { add(-amount) }

    private func add(_ amount: Double) {
        var known = bits.load(ordering: .relaxed)
        while true {
            let fresh = (Double(bitPattern: known) + amount).bitPattern
            let (done, found) = bits.weakCompareExchange(expected: known, desired: fresh, ordering: .relaxed)
            if done { return }
            known = found
        }
    }

    func write(_ name: String, _ labels: String, to text: inout String) {
        text += PrometheusText.line(name, labels, Double(bitPattern: bits.load(ordering: .relaxed)))
    }
}

/// Counts in buckets, with the sum of all.
final class HistogramSeries: TimerHandler, RecorderHandler, Series {
    /// From what a disk or a loop's turn takes to what a user gives up at.
    static let seconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
    static let octets = (5...13).map { Double(1 << (2 * $0)) }

    private struct State {
        var counts: [Int64]
        var total: Int64 = 0
        var sum = 0.0
    }

    private let bounds: [Double]
    /// What a recorded number is multiplied by.
    private let unit: Double
    private let state: Mutex<State>

    init(bounds: [Double], unit: Double) {
        self.bounds = bounds
        self.unit = unit
        state = Mutex(State(counts: Array(repeating: 0, count: bounds.count)))
    }

    func recordNanoseconds(_ duration: Int64) { note(Double(duration) * unit) }

    func record(_ value: Int64) { note(Double(value) * unit) }

    func record(_ value: Double) { note(value * unit) }

    private func note(_ value: Double) {
        let place = bounds.firstIndex { value <= $0 }
        state.withLock { state in
            if let place { state.counts[place] += 1 }
            state.total += 1
            state.sum += value
        }
    }

    func write(_ name: String, _ labels: String, to text: inout String) {
        let state = state.withLock { $0 }
        var below: Int64 = 0
        for (bound, count) in zip(bounds, state.counts) {
            below += count
            let labels = PrometheusText.adding("le", PrometheusText.number(bound), to: labels)
            text += PrometheusText.line("\(name)_bucket", labels, Double(below))
        }
        text += PrometheusText.line("\(name)_bucket", PrometheusText.adding("le", "+Inf", to: labels), Double(state.total))
        text += PrometheusText.line("\(name)_sum", labels, state.sum)
        text += PrometheusText.line("\(name)_count", labels, Double(state.total))
    }
}
