internal import Domains
internal import LocalSocket

/// What `malaposta dns` and `malaposta dkim` ask the running control plane.
struct DomainReportQuestion: Question {
    static let name = "domain-report"
    typealias Answer = DomainReport

    var domain: String
    /// Whether DNS is asked now.
    var looks: Bool
}

struct DomainHistoryQuestion: Question {
    static let name = "domain-history"

    var domain: String
    var limit: Int

    struct Answer: Codable, Sendable {
        var events: [DomainEvent]
    }
}

struct KeysQuestion: Question {
    static let name = "dkim-keys"

    /// Nil for all domains.
    var domain: String?
    /// Whether a rotation is begun; with a domain alone.
    var rotates: Bool

    struct Answer: Codable, Sendable {
        var keys: [KeyReport]
    }
}

extension HostedDomains {
    /// Answers commands.
    func answer(in table: inout QuestionTable) {
        @Sendable func told<Result>(_ body: () async throws -> Result) async throws -> Result {
            do { return try await body() } catch let error as ControlError { throw error.refusal }
        }
        table.answer(DomainReportQuestion.self) { question, _ in
            try await told { try await report(question.domain, looks: question.looks) }
        }
        table.answer(DomainHistoryQuestion.self) { question, _ in
            DomainHistoryQuestion.Answer(events: try await told { try await history(question.domain, limit: question.limit) })
        }
        table.answer(KeysQuestion.self) { question, _ in
            try await told {
                guard question.rotates, let domain = question.domain else {
                    return KeysQuestion.Answer(keys: try await keys(question.domain))
                }
                return KeysQuestion.Answer(keys: try await rotate(domain))
            }
        }
    }
}
