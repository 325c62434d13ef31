/// When a worker that ended is started again, and when a supervisor that nobody restarts gives up.
///
/// A worker that was ready before it ended is always started again: whoever kills it, stopping everything would be worse. One
/// that does not become ready, time after time, lacks something that only an operator can give it.
package struct RestartPolicy: Sendable {
    /// The pause before the first restart; it doubles with each early death in a row.
    package static let firstPause: Duration = .milliseconds(200)
    /// The longest pause after the death of a worker that was ready: clients wait at its listeners meanwhile.
    package static let longestPauseOnceReady: Duration = .seconds(2)
    package static let longestPause: Duration = .seconds(30)
    /// How long after readiness a worker must live for its death not to be an early one.
    package static let settled: Duration = .seconds(10)
    /// How many deaths before readiness in a row are too many.
    package static let mostDeaths = 6

    package enum Decision: Hashable, Sendable {
        case restart(after: Duration)
        case giveUp
    }

    /// Deaths in a row, each before readiness or soon after it.
    package private(set) var early: Int
    /// Those of them before readiness.
    package private(set) var unready: Int

    /// - Parameters: what an earlier policy counted.
    package init(early: Int = 0, unready: Int = 0) { (self.early, self.unready) = (early, unready) }

    /// - Parameter served: how long the worker lived after it was ready; nil where it never was.
    package mutating func decide(served: Duration?) -> Decision {
        guard let served else {
            (early, unready) = (early + 1, unready + 1)
            return unready < Self.mostDeaths ? .restart(after: pause(atMost: Self.longestPause)) : .giveUp
        }
        unready = 0
        early = served < Self.settled ? early + 1 : 0
        return .restart(after: pause(atMost: Self.longestPauseOnceReady))
    }

    private func pause(atMost longest: Duration) -> Duration { min(Self.firstPause * (1 << min(max(0, early - 1), 16)), longest) }
}
