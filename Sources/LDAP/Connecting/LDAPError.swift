internal import CLDAP

/// Why the directory did not do what it was asked.
package struct LDAPError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Kind: String, Sendable, Hashable {
        /// No connection, a broken one, or no answer in time: another server or a later time may help.
        case unreachable
        /// The certificate is not trusted, is of another name, or TLS is not to be had.
        case tls
        /// The name or the password is wrong.
        case invalidCredentials
        /// What was asked for is not there.
        case noSuchObject
        /// The server says no, or something that is none of the above.
        case refused
    }

    package var kind: Kind
    /// What was being done: `connect to ldaps://…`.
    package var operation: String
    /// RFC 4511 appendix A, or negative where the library itself failed.
    package var code: Int32
    /// The library's words and the server's.
    package var reason: String

    package var description: String { "\(operation): \(reason)" }

    /// Whether a bind that ended so was decided: the password is wrong, or the server does not let the name in, because it is gone,
    /// locked, expired or has no password (RFC 4511 appendix A.2; 19 and 53 are how 389 Directory Server tells of lockouts). Active
    /// Directory says all of that with 49. Whatever else went wrong, such as 1, 11 or 80, says nothing of the password.
    package var isRefusedLogin: Bool {
        switch code {
        case LDAP_INAPPROPRIATE_AUTH, LDAP_INSUFFICIENT_ACCESS, LDAP_UNWILLING_TO_PERFORM, LDAP_CONSTRAINT_VIOLATION: true
        default: kind == .invalidCredentials || kind == .noSuchObject
        }
    }

    /// Whether the server gives this reader no more entries, time or work (RFC 4511 appendix A.2).
    package var isOverLimit: Bool {
        [LDAP_SIZELIMIT_EXCEEDED, LDAP_TIMELIMIT_EXCEEDED, LDAP_ADMINLIMIT_EXCEEDED].contains(code)
    }
    /// Whether this reader may not see what it asks for.
    package var isDenied: Bool { code == LDAP_INSUFFICIENT_ACCESS }

    /// - Parameter detail: the server's diagnostic message, or TLS's.
    init(_ operation: String, code: Int32, detail: String? = nil, kind: Kind? = nil) {
        self.operation = operation
        self.code = code
        self.kind = kind ?? Self.kind(code)
        let words = unsafe ldap_err2string(code).map { unsafe String(cString: $0) } ?? "error \(code)"
        // Diagnostic messages come from elsewhere: one line without control characters, and not too much of it.
        let shown = detail.map {
            String($0.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7f }.prefix(200).map(Character.init))
        }
        reason = shown.flatMap { $0.isEmpty ? nil : "\(words) (\($0))" } ?? words
    }

    init(_ operation: String, kind: Kind, reason: String) {
        self.kind = kind
        self.operation = operation
        code = LDAP_OTHER
        self.reason = reason
    }

    private static func kind(_ code: Int32) -> Kind {
        switch code {
        case LDAP_SERVER_DOWN, LDAP_TIMEOUT, LDAP_CONNECT_ERROR, LDAP_BUSY, LDAP_UNAVAILABLE: .unreachable
        case LDAP_INVALID_CREDENTIALS: .invalidCredentials
        case LDAP_NO_SUCH_OBJECT: .noSuchObject
        case LDAP_CONFIDENTIALITY_REQUIRED: .tls
        default: .refused
        }
    }
}
