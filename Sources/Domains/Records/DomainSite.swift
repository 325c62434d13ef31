package import DNS
package import Mail
package import MailConfiguration
package import TLS

/// A hosted domain with all that its records are made of.
package struct DomainSite: Sendable {
    package var host: HostConfiguration
    package var domain: DomainConfiguration
    package var tenant: TenantID
    package var token: OwnershipToken
    package var state: DomainState
    package var keys: [DomainKey]
    /// What the host shows to those who ask for its name; nil where there is no certificate that lasts.
    package var chain: ServedChain?
    /// Whether neither proof nor MX were there at the last look: with time, the proof lapses (`ProofLapse`).
    package var isLapsing: Bool

    package init(
        host: HostConfiguration, domain: DomainConfiguration, tenant: TenantID, token: OwnershipToken, state: DomainState,
        keys: [DomainKey], chain: ServedChain? = nil, isLapsing: Bool = false
    ) {
        self.host = host
        self.domain = domain
        self.tenant = tenant
        self.token = token
        self.state = state
        self.keys = keys
        self.chain = chain
        self.isLapsing = isLapsing
    }

    package var name: DNSName { DNSName(domain.name) }
    package var hostName: DNSName { DNSName(host.hostName) }
    /// The addresses that the world reaches the host at.
    package var addresses: [IPAddress] { host.addresses.compactMap { IPAddress($0) } }
}
