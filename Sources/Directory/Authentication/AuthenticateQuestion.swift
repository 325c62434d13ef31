package import FoundationEssentials
internal import LocalSocket

/// Asks the control plane whether a name and a password belong together.
package struct AuthenticateQuestion: Question {
    package static let name = "authenticate"

    package var login: String
    package var password: Data
    package var service: LoginService
    package var remote: String

    package init(_ credentials: Credentials) {
        login = credentials.name
        password = Data(credentials.password)
        service = credentials.service
        remote = credentials.remote
    }

    package var credentials: Credentials {
        Credentials(name: login, password: [UInt8](password), service: service, remote: remote)
    }

    package enum Answer: Codable, Hashable, Sendable {
        case accepted(DirectoryAccount)
        case rejected
        case throttled(seconds: Int)
        case suspended
        case unavailable
    }
}

extension AuthenticationResult {
    package init(_ answer: AuthenticateQuestion.Answer) {
        switch answer {
        case .accepted(let account): self = .accepted(account)
        case .rejected: self = .rejected
        case .throttled(let seconds): self = .throttled(retryAfter: .seconds(seconds))
        case .suspended: self = .suspended
        case .unavailable: self = .unavailable
        }
    }
}

extension AuthenticateQuestion.Answer {
    package init(_ result: AuthenticationResult) {
        switch result {
        case .accepted(let account): self = .accepted(account)
        case .rejected: self = .rejected
        case .throttled(let retryAfter): self = .throttled(seconds: Int(max(1, retryAfter.components.seconds)))
        case .suspended: self = .suspended
        case .unavailable: self = .unavailable
        }
    }
}
