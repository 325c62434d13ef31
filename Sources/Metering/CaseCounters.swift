internal import Metrics

/// One counter for each case of an enum: the set of series is closed.
package struct CaseCounters<Label: RawRepresentable & CaseIterable & Hashable & Sendable>: Sendable
where Label.RawValue == String {
    private let counters: [Label: Counter]

    /// - Parameters:
    ///   - name: as Prometheus has it, ending in `_total`.
    ///   - label: the label that carries the case.
    package init(_ name: String, by label: String) {
        counters = Dictionary(
            Label.allCases.map { ($0, Counter(label: name, dimensions: [(label, $0.rawValue)])) }
        ) { first, _ in first }
    }

    package func count(_ label: Label, _ number: Int = 1) { counters[label]?.increment(by: number) }
}

/// A counter without labels.
package struct SingleCounter: Sendable {
    private let counter: Counter

    package init(_ name: String) { counter = Counter(label: name) }

    package func count(_ number: Int = 1) { counter.increment(by: number) }
}
