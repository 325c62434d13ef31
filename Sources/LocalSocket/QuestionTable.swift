internal import FoundationEssentials

/// Which questions a server answers, and how.
package struct QuestionTable: Sendable {
    typealias Answerer = @Sendable (Data, Peer) async throws -> Data

    private var answerers: [String: Answerer] = [:]

    package init() {}

    /// The names of all questions in the table; `QuestionsQuestion` itself, which every table answers, is not among them.
    package var names: [String] { answerers.keys.sorted() }

    /// Answers questions of this kind with `body`; a thrown `Refusal` reaches the asker as it is.
    package mutating func answer<Asked: Question>(
        _ kind: Asked.Type, _ body: @escaping @Sendable (Asked, Peer) async throws -> Asked.Answer
    ) {
        answerers[kind.name] = { octets, peer in
            guard let asked = try? JSONDecoder().decode(kind, from: octets) else {
                throw Refusal(code: "not-understood", reason: "the question \(kind.name) is not put as it should be")
            }
            return try await JSONEncoder().encode(body(asked, peer))
        }
    }

    /// Answers another table's questions too, to these peers alone.
    package mutating func add(_ other: QuestionTable, for policy: PeerPolicy) {
        for (name, answerer) in other.answerers {
            answerers[name] = { octets, peer in
                guard policy.allows(peer) else {
                    throw Refusal(code: "not-permitted", reason: "the user with id \(peer.userID) may not ask \(name)")
                }
                return try await answerer(octets, peer)
            }
        }
    }

    /// The answer to a frame that asks.
    func answer(to frame: Frame, from peer: Peer) async -> Frame {
        if frame.name == QuestionsQuestion.name { return Frame(id: frame.id, body: try? JSONEncoder().encode(names)) }
        guard let name = frame.name, let answerer = answerers[name] else {
            let reason = "nobody here answers \(frame.name ?? "a question without a name")"
            return Frame(id: frame.id, refusal: Refusal(code: "unknown-question", reason: reason))
        }
        do {
            return Frame(id: frame.id, body: try await answerer(frame.body ?? Data(), peer))
        } catch let refusal as Refusal {
            return Frame(id: frame.id, refusal: refusal)
        } catch {
            return Frame(id: frame.id, refusal: Refusal(code: "failed", reason: "\(error)"))
        }
    }
}
