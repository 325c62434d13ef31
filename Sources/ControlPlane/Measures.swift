internal import Directory
internal import Metering

/// What the control plane measures.
enum Measures {
    /// Log-ins by what became of them.
    static let logins = CaseCounters<Login>("malaposta_logins_total", by: "result")
    /// From the question to its answer.
    static let loginTime = SingleTimer("malaposta_login_seconds")

    enum Login: String, CaseIterable {
        case accepted, rejected, suspended, throttled, unavailable

        init(_ result: AuthenticationResult) {
            switch result {
            case .accepted: self = .accepted
            case .rejected: self = .rejected
            case .suspended: self = .suspended
            case .throttled: self = .throttled
            case .unavailable: self = .unavailable
            }
        }
    }
}
