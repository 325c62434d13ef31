package import DNS
package import Mail
internal import TLS
internal import Wire

/// What a tenant publishes to show that a domain is its own. Another tenant has another one for the same domain.
package struct OwnershipToken: Hashable, Sendable {
    /// 32 hexadecimal digits.
    package let text: String
    package let domain: DomainName

    /// Derived from the host's secret, so that it can be told before anything is applied and stays the same.
    ///
    /// - Parameter secret: random octets that nobody but the control plane knows.
    package init(secret: [UInt8], domain: DomainName, tenant: TenantID) {
        let code = SHA256.authenticationCode(for: Array("ownership:\(tenant.text):\(domain.ascii)".utf8), key: secret)
        text = Hex.encode(code.prefix(16))
        self.domain = domain
    }

    /// Where the TXT record lies: a name of its own, beside which no other record stands in the way.
    package var recordName: DNSName? { DNSName(domain).child("_malaposta") }

    package var recordValue: String { "malaposta-ownership=\(text)" }

    /// The path of the file on the domain's web site (RFC 8615); it holds `text` in its first line.
    package static let path = "/.well-known/malaposta-ownership.txt"
}

/// What a look for the proof found.
package enum OwnershipSighting: Hashable, Sendable {
    case seen
    /// Something else is there: another tenant's token, or another host's.
    case other(String)
    case missing
    /// DNS or the web site could not be asked; with the reason.
    case unreachable(String)
}
