/// When a worker that ended is started again, and when its supervisor gives up.
///
/// A death before readiness, or within `settled` of it, counts towards giving up; any other starts the count anew. A worker
/// that has served for a while is always started again.
package struct RestartPolicy: Sendable {
    /// The pause before the first restart; it doubles with each death that counts.
    package static let firstPause: Duration = .milliseconds(200)
    package static let longestPause: Duration = .seconds(30)
    /// How long after readiness a worker must live for its death not to count.
    package static let settled: Duration = .seconds(10)
    /// How many deaths in a row that count are too many.
    package static let mostDeaths = 6

    package enum Decision: Hashable, Sendable {
        case restart(after: Duration)
        case giveUp
    }

    private var deaths = 0

    package init() {}

    /// - Parameter served: how long the worker lived after it was ready; nil where it never was.
    package mutating func decide(served: Duration?) -> Decision {
        if let served, served >= Self.settled { deaths = 0 } else { deaths += 1 }
        guard deaths < Self.mostDeaths else { return .giveUp }
        let doublings = max(0, deaths - 1)
        return .restart(after: min(Self.firstPause * (1 << doublings), Self.longestPause))
    }
}
