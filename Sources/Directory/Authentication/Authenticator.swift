/// Checks a login name and its password. It answers within its own deadline, whatever happens.
package protocol Authenticator: Sendable {
    func authenticate(_ credentials: Credentials) async -> AuthenticationResult
}

/// What somebody showed to log in.
package struct Credentials: Sendable {
    /// The login name as sent: the account's main address or an alias of it.
    package var name: String
    /// UTF-8 as sent; never logged.
    package var password: [UInt8]
    package var service: LoginService
    /// The client's IP address without port; empty where it came over a local socket.
    package var remote: String

    package init(name: String, password: [UInt8], service: LoginService, remote: String) {
        self.name = name
        self.password = password
        self.service = service
        self.remote = remote
    }
}

package enum LoginService: String, Hashable, Sendable, Codable, CaseIterable {
    case imap, submission, web
}

package enum AuthenticationResult: Hashable, Sendable {
    case accepted(DirectoryAccount)
    /// Wrong name or password; also a service that the tenant's plan does not have.
    case rejected
    /// Too many failures from this address or for this name; nothing was checked (454 4.7.0, `NO [UNAVAILABLE]`).
    case throttled(retryAfter: Duration)
    /// The password was right, the account or its tenant is suspended.
    case suspended
    /// The control plane gave no answer in time (454 4.7.0, `NO [UNAVAILABLE]`).
    case unavailable
}
