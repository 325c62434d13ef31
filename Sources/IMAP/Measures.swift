internal import Metering

/// What IMAP measures.
enum Measures {
    /// Commands by their answer.
    static let commands = CaseCounters<Answer>("malaposta_imap_commands_total", by: "answer")
    /// From a command's last octet to its answer; IDLE lasts as long as its client likes and is not in it.
    static let time = SingleTimer("malaposta_imap_command_seconds")

    enum Answer: String, CaseIterable {
        case ok, no, bad

        init(_ condition: Reply.Condition) {
            switch condition {
            case .ok, .bye: self = .ok
            case .no: self = .no
            case .bad: self = .bad
            }
        }
    }
}
