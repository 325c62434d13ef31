internal import NIOCore

/// How one command is read, and when it may come.
package struct CommandRule: Sendable {
    /// RFC 9051 §3.
    package enum State: Sendable {
        case any
        case notAuthenticated
        /// Authenticated or selected.
        case authenticated
        case selected
    }

    /// Whether EXPUNGE may be told with its answer (RFC 9051 §5.5, §7.5.1).
    package enum Expunges: Sendable {
        case told, kept
    }

    package typealias Read = @Sendable (inout CommandReader) throws(SyntaxError) -> Command

    package let state: State
    package let expunges: Expunges
    /// Reads the arguments, the space before them included. What is left behind them is an error.
    package let read: Read

    init(_ state: State, _ expunges: Expunges = .told, read: @escaping Read) {
        self.state = state
        self.expunges = expunges
        self.read = read
    }

    /// A command without arguments.
    init(_ state: State, _ command: Command) {
        self.init(state) { _ throws(SyntaxError) in command }
    }
}
