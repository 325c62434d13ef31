package import Mail
package import MailConfiguration

/// A domain whose mail this host takes.
package struct HostedDomain: Equatable, Sendable, Codable {
    package var name: DomainName
    package var tenant: TenantID
    /// Each of its addresses stands for the same local part in this domain of the same tenant.
    package var aliasOf: DomainName?
    /// Where mail to unknown local parts goes; nil refuses it (550 5.1.1).
    package var catchAll: Address?
    /// What parts `ana+list@` into address and detail (F122, RFC 5233); nil switches it off.
    package var detailSeparator: String?
    /// Whether its ownership is proven, or needs no proof on this host. Mail is taken and signed for no other domain.
    package var isActive: Bool
    /// Keys that outgoing mail is signed with; empty until one is published.
    package var signers: [DomainSigner]
    /// What its file says of ownership, DKIM, SPF, DMARC and MTA-STS; nil in a domain that no file declares.
    package var configuration: DomainConfiguration?

    package init(
        name: DomainName, tenant: TenantID, aliasOf: DomainName? = nil, catchAll: Address? = nil, detailSeparator: String? = "+",
        configuration: DomainConfiguration? = nil, isActive: Bool = true, signers: [DomainSigner] = []
    ) {
        self.name = name
        self.tenant = tenant
        self.aliasOf = aliasOf
        self.catchAll = catchAll
        self.detailSeparator = detailSeparator
        self.configuration = configuration
        self.isActive = isActive
        self.signers = signers
    }
}

/// A DKIM key in use (RFC 6376).
package struct DomainSigner: Hashable, Sendable, Codable {
    /// `s=`
    package var selector: String
    package var algorithm: DKIMAlgorithm
    /// The private key's file, PEM, in the data folder's `keys`.
    package var keyFile: String

    package init(selector: String, algorithm: DKIMAlgorithm, keyFile: String) {
        self.selector = selector
        self.algorithm = algorithm
        self.keyFile = keyFile
    }
}

extension HostedDomain {
    /// An address of this domain in the form that look-ups use: folded, and in the domain that this one is an alias of.
    package func canonical(_ address: Address) -> Address {
        guard let aliasOf, let moved = try? Address(localPart: address.localPart, domain: aliasOf) else { return address.folded }
        return moved.folded
    }
}
