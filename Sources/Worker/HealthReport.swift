internal import Glibc
package import LocalSocket
internal import NIOConcurrencyHelpers

/// What a program answers when it is asked how it is; filled by its parts as they come up, fail and recover.
package final class HealthReport: Sendable {
    private let health: NIOLockedValueBox<Health>
    private let figures = NIOLockedValueBox<[@Sendable () -> [String: Int]]>([])

    package init(program: String, version: String) {
        health = NIOLockedValueBox(Health(program: program, version: version, processID: getpid(), state: .starting))
    }

    /// The answer as of now.
    package var current: Health {
        var answer = health.withLockedValue { $0 }
        for group in figures.withLockedValue({ $0 }) { answer.figures.merge(group()) { $1 } }
        return answer
    }

    /// Everything that the program serves is served.
    package func up() { health.withLockedValue { $0.state = $0.problems.isEmpty ? .healthy : .unhealthy } }

    package func stopping() { health.withLockedValue { $0.state = .stopping } }

    package func generation(_ number: Int) { health.withLockedValue { $0.generation = number } }

    /// Says what does not work, in a sentence that names its cure; it stays until `solved` is told the same.
    ///
    /// - Parameter curedByRestart: whether a fresh start of this worker may cure it.
    package func problem(_ sentence: String, curedByRestart: Bool = false) {
        health.withLockedValue { health in
            if curedByRestart { health.wantsRestart = true }
            guard !health.problems.contains(sentence) else { return }
            health.problems.append(sentence)
            if health.state == .healthy { health.state = .unhealthy }
        }
    }

    package func solved(_ sentence: String) {
        health.withLockedValue { health in
            health.problems.removeAll { $0 == sentence }
            if health.problems.isEmpty { health.wantsRestart = nil }
            if health.state == .unhealthy, health.problems.isEmpty { health.state = .healthy }
        }
    }

    /// A figure for `status`, read when it is asked for.
    package func figure(_ name: String, _ value: @escaping @Sendable () -> Int) { figures { [name: value()] } }

    /// Figures that are found together.
    package func figures(_ group: @escaping @Sendable () -> [String: Int]) { figures.withLockedValue { $0.append(group) } }
}
