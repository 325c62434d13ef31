/// Asks a program how it is; what `status` shows, and what a supervisor waits for.
package struct HealthQuestion: Question {
    package static let name = "health"
    package typealias Answer = Health

    package init() {}
}

/// How a program is.
package struct Health: Codable, Hashable, Sendable {
    package enum State: String, Codable, Sendable {
        /// Not ready yet, or about to stop.
        case starting, stopping
        case healthy
        /// Alive, but something of it does not work; `problems` says what.
        case unhealthy
    }

    package var program: String
    package var version: String
    package var processID: Int32
    package var state: State
    /// The generation in force; nil before the first.
    package var generation: Int?
    /// Sentences, each naming its cure; empty when healthy.
    package var problems: [String]
    /// Whether a fresh start may cure it; what only an operator can cure leaves this out.
    package var wantsRestart: Bool?
    /// Figures for `status`, by fixed names: `imap.connections`.
    package var figures: [String: Int]

    package init(
        program: String, version: String, processID: Int32, state: State, generation: Int? = nil, problems: [String] = [],
        figures: [String: Int] = [:]
    ) {
        self.program = program
        self.version = version
        self.processID = processID
        self.state = state
        self.generation = generation
        self.problems = problems
        self.figures = figures
    }
}
