package import MailConfiguration

/// Decides what is to become of a domain's keys. Values only: someone else makes keys and looks at DNS.
package struct KeyRotation: Sendable {
    package enum Limits {
        /// How long a key stays published after its last signature, in seconds: longer than mail waits in queues, and than most
        /// programs look at signatures anew.
        package static let overlap: Int64 = 30 * 86_400
        /// How long retired keys are listed, in seconds.
        package static let remembered: Int64 = 365 * 86_400
    }

    package enum Change: Hashable, Sendable {
        /// A new key, pending.
        case make(DKIMAlgorithm)
        case move(selector: String, DomainKey.State)
        /// Nothing is kept of it.
        case forget(selector: String)
    }

    private let configuration: DKIMConfiguration
    /// Seconds since 1970.
    private let now: Int64

    package init(_ configuration: DKIMConfiguration, now: Int64) {
        self.configuration = configuration
        self.now = now
    }

    /// - Parameter visible: selectors of pending keys that every authoritative server shows as they are.
    package func changes(of keys: [DomainKey], visible: Set<String>) -> [Change] {
        DKIMAlgorithm.allCases.flatMap { algorithm in
            changes(algorithm, keys.filter { $0.algorithm == algorithm }, visible)
        }
    }

    /// A new key for each algorithm in use that has none under way.
    package func rotation(of keys: [DomainKey]) -> [Change] {
        wanted.filter { algorithm in !keys.contains { $0.algorithm == algorithm && $0.state == .pending } }.map { .make($0) }
    }

    private var wanted: [DKIMAlgorithm] {
        configuration.isEnabled ? DKIMAlgorithm.allCases.filter(configuration.algorithms.contains) : []
    }

    private func changes(_ algorithm: DKIMAlgorithm, _ keys: [DomainKey], _ visible: Set<String>) -> [Change] {
        var changes: [Change] = keys.compactMap(aged)
        guard wanted.contains(algorithm) else {
            // Not used any more: what signed stays published for a while, what never signed goes.
            return changes
                + keys.compactMap { key in
                    switch key.state {
                    case .active: .move(selector: key.selector, .retiring)
                    case .pending: .forget(selector: key.selector)
                    case .retiring, .retired: nil
                    }
                }
        }
        let pending = keys.filter { $0.state == .pending }
        let active = keys.filter { $0.state == .active }
        if let next = pending.first(where: { visible.contains($0.selector) }) {
            changes.append(.move(selector: next.selector, .active))
            return changes + active.map { .move(selector: $0.selector, .retiring) }
        }
        let isDue = active.allSatisfy { now - $0.changed >= configuration.rotateEvery.components.seconds }
        if pending.isEmpty, isDue { changes.append(.make(algorithm)) }
        return changes
    }

    private func aged(_ key: DomainKey) -> Change? {
        switch key.state {
        case .retiring where now - key.changed >= Limits.overlap: .move(selector: key.selector, .retired)
        case .retired where now - key.changed >= Limits.remembered: .forget(selector: key.selector)
        default: nil
        }
    }

    /// A selector that no key has: the day, the algorithm's letter, and a number where one day sees several.
    package static func selector(_ algorithm: DKIMAlgorithm, day: String, besides taken: Set<String>) -> String {
        let letter = algorithm == .rsa ? "r" : "e"
        let first = "mp\(day)\(letter)"
        guard taken.contains(first) else { return first }
        var number = 2
        while taken.contains("\(first)\(number)") { number += 1 }
        return "\(first)\(number)"
    }
}
