internal import Metrics

/// One histogram of times for each case of an enum.
package struct CaseTimers<Label: RawRepresentable & CaseIterable & Hashable & Sendable>: Sendable where Label.RawValue == String {
    private let timers: [Label: Timer]

    /// - Parameter name: as Prometheus has it, ending in `_seconds`.
    package init(_ name: String, by label: String) {
        timers = Dictionary(
            Label.allCases.map { ($0, Timer(label: name, dimensions: [(label, $0.rawValue)])) }
        ) { first, _ in first }
    }

    package func note(_ label: Label, _ time: Duration) { timers[label]?.recordNanoseconds(time.nanoseconds) }
}

/// A histogram of times without labels.
package struct SingleTimer: Sendable {
    private let timer: Timer

    package init(_ name: String) { timer = Timer(label: name) }

    package func note(_ time: Duration) { timer.recordNanoseconds(time.nanoseconds) }
}

extension Duration {
    fileprivate var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : whole + attoseconds / 1_000_000_000
    }
}
