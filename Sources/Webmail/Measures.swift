internal import Metering

/// What the web measures.
enum Measures {
    /// Requests by the first digit of their status.
    static let requests = CaseCounters<Status>("malaposta_web_requests_total", by: "status")
    /// From a request's head to the head of its answer.
    static let time = SingleTimer("malaposta_web_request_seconds")

    enum Status: String, CaseIterable {
        case informational = "1xx"
        case done = "2xx"
        case elsewhere = "3xx"
        case refused = "4xx"
        case failed = "5xx"

        init(code: Int) {
            switch code {
            case ..<200: self = .informational
            case ..<300: self = .done
            case ..<400: self = .elsewhere
            case ..<500: self = .refused
            default: self = .failed
            }
        }
    }
}
