/// One thing that may be asked over a local socket, and the shape of its answer.
package protocol Question: Codable, Sendable {
    associatedtype Answer: Codable & Sendable

    /// The question's name on the wire, unique on its socket.
    static var name: String { get }
}

/// Asks which questions a server answers. Every table answers it, so that what can be asked on a host can be listed.
package struct QuestionsQuestion: Question {
    package static let name = "questions"
    package typealias Answer = [String]

    package init() {}
}

/// Something that a server tells its peers unasked.
package protocol Notice: Codable, Sendable {
    /// The notice's name on the wire, unique on its socket.
    static var name: String { get }
}

/// The answer "no" with its reason, thrown by whoever answers and by `LocalClient.ask`.
package struct Refusal: Error, Codable, Hashable, Sendable, CustomStringConvertible {
    /// A stable word for programs: `no-such-account`.
    package let code: String
    /// A sentence for people.
    package let reason: String

    package init(code: String, reason: String) {
        self.code = code
        self.reason = reason
    }

    package var description: String { reason }
}

/// Why a question has no answer.
package enum LocalSocketError: Error, Sendable, CustomStringConvertible {
    /// Nobody listens at the path, or the connection broke.
    case unreachable(path: String)
    /// Whoever listens at the path is none of the host's programs; nothing was said to it.
    case stranger(path: String)
    /// No answer came in time.
    case deadlinePassed(path: String)
    /// The other side answered "no".
    case refused(Refusal)
    /// What came back is not an answer to what was asked: two versions of the programs are running.
    case notUnderstood(path: String)

    package var description: String {
        switch self {
        case .unreachable(let path): "nobody answers at \(path)"
        case .stranger(let path): "whoever listens at \(path) is not this host's program; nothing was said to it"
        case .deadlinePassed(let path): "no answer in time from \(path)"
        case .refused(let refusal): refusal.reason
        case .notUnderstood(let path): "the answer from \(path) cannot be understood; are all programs of one version?"
        }
    }
}

/// What bounds a local socket.
package struct LocalSocketLimits: Sendable {
    /// Octets of one frame; a longer one ends the connection.
    package var frame = 8 << 20
    /// Questions under way at once on one connection; further ones are read when these are answered.
    package var questions = 256
    /// Connections at once; further ones are closed.
    package var connections = 256
    /// How long a peer may take to read a notice.
    package var notice: Duration = .seconds(1)

    package init() {}
}
