/// A key that two parties share, to sign questions and answers (TSIG, RFC 8945).
package struct TransactionKey: Hashable, Sendable {
    /// As both parties call it: an octet of difference, and it is another key.
    package var name: DNSName
    package var algorithm: Algorithm
    /// Base64.
    package var secret: String

    /// RFC 8945 §6. HMAC-MD5 and HMAC-SHA-1 are not for new use.
    package enum Algorithm: String, Hashable, Sendable, CaseIterable, Codable {
        case sha256 = "hmac-sha256"
        case sha384 = "hmac-sha384"
        case sha512 = "hmac-sha512"
    }

    package init(name: DNSName, algorithm: Algorithm = .sha256, secret: String) {
        self.name = name
        self.algorithm = algorithm
        self.secret = secret
    }
}
