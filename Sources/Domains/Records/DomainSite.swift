package import DNS
package import Mail
package import MailConfiguration

/// A hosted domain with all that its records are made of.
package struct DomainSite: Sendable {
    package var host: HostConfiguration
    package var domain: DomainConfiguration
    package var tenant: TenantID
    package var token: OwnershipToken
    package var state: DomainState
    package var keys: [DomainKey]
    /// SHA-256 of the host's certificate's public key; nil where there is no certificate that lasts.
    package var fingerprint: [UInt8]?
    /// Whether neither proof nor MX were there at the last look: with time, the proof lapses (`ProofLapse`).
    package var isLapsing: Bool

    package init(
        host: HostConfiguration, domain: DomainConfiguration, tenant: TenantID, token: OwnershipToken, state: DomainState,
        keys: [DomainKey], fingerprint: [UInt8]? = nil, isLapsing: Bool = false
    ) {
        self.host = host
        self.domain = domain
        self.tenant = tenant
        self.token = token
        self.state = state
        self.keys = keys
        self.fingerprint = fingerprint
        self.isLapsing = isLapsing
    }

    package var name: DNSName { DNSName(domain.name) }
    package var hostName: DNSName { DNSName(host.hostName) }
    /// The addresses that the world reaches the host at.
    package var addresses: [IPAddress] { host.addresses.compactMap { IPAddress($0) } }
}
