package import Mail

/// A file below `domains/`: one mail domain.
package struct DomainConfiguration: Sendable, Codable, Equatable {
    /// Of `name`.
    package var position: SourcePosition
    package var name: DomainName
    /// The domain of the same tenant whose addresses exist here too; that one is itself no alias domain.
    package var aliasOf: DomainName?
    /// Who gets mail to addresses that nobody has.
    package var catchAll: AliasTarget?
    /// Whether `ana+anything@` is `ana@` (F122).
    package var plusAddressing: Bool
    package var ownership: OwnershipConfiguration
    package var dkim: DKIMConfiguration
    package var spf: SPFConfiguration
    package var dmarc: DMARCConfiguration
    package var mtaSTS: MTASTSConfiguration
    package var dns = PublishingConfiguration.manual
}

/// Who puts the domain's records into DNS.
package enum PublishingConfiguration: Sendable, Codable, Equatable {
    /// A person, as `malaposta dns guide` says.
    case manual
    /// This host, by dynamic updates (RFC 2136).
    case dynamicUpdate(DynamicUpdateConfiguration)
}

/// The server that takes updates, and the key that signs them (RFC 8945).
package struct DynamicUpdateConfiguration: Sendable, Codable, Equatable {
    /// An IP address.
    package var server: String
    package var port: UInt16
    /// Nil is the zone that DNS says the domain is in.
    package var zone: DomainName?
    package var keyName: String
    package var keyAlgorithm: TransactionKeyAlgorithm
    /// In the configuration folder; its first line is the key in Base64.
    package var keyFile: String
}

/// RFC 8945 §6
package enum TransactionKeyAlgorithm: String, Sendable, Codable, CaseIterable {
    case sha256 = "hmac-sha256"
    case sha384 = "hmac-sha384"
    case sha512 = "hmac-sha512"
}

/// How the tenant shows that the domain is its own (F125).
package struct OwnershipConfiguration: Sendable, Codable, Equatable {
    package var proof: OwnershipProof
}

package enum OwnershipProof: String, Sendable, Codable, CaseIterable {
    /// A TXT record.
    case dns
    /// A file on the domain's web site.
    case web
}

/// Signing of outgoing mail (RFC 6376, RFC 8463).
package struct DKIMConfiguration: Sendable, Codable, Equatable {
    package var isEnabled: Bool
    package var algorithms: Set<DKIMAlgorithm>
    /// How long a key is used before the next takes over.
    package var rotateEvery: Duration
}

package enum DKIMAlgorithm: String, Sendable, Codable, CaseIterable {
    case rsa, ed25519
}

/// The wanted SPF record (RFC 7208).
package struct SPFConfiguration: Sendable, Codable, Equatable {
    package var includes: [DomainName]
    package var otherHosts: SPFOtherHosts
}

/// How the record ends (RFC 7208 §4.6.2, §5.1).
package enum SPFOtherHosts: String, Sendable, Codable, CaseIterable {
    /// `?all`
    case neutral
    /// `~all`
    case softfail
    /// `-all`
    case fail
}

/// The wanted DMARC record (RFC 7489 §6.3).
package struct DMARCConfiguration: Sendable, Codable, Equatable {
    package var policy: DMARCPolicy
    /// `sp`; nil where the policy holds for subdomains too.
    package var subdomainPolicy: DMARCPolicy?
    /// `pct`: 0 through 100.
    package var percent: Int
    /// `rua`
    package var reportsTo: [Address]
}

package enum DMARCPolicy: String, Sendable, Codable, CaseIterable {
    case none, quarantine, reject
}

/// The wanted MTA-STS policy (RFC 8461 §3.2).
package struct MTASTSConfiguration: Sendable, Codable, Equatable {
    package var mode: MTASTSMode
    /// At most 31557600 seconds.
    package var maximumAge: Duration

    /// The policy as it is served at `https://mta-sts.<domain>/.well-known/mta-sts.txt` (RFC 8461 §3.2).
    ///
    /// - Parameter host: the only mail exchanger.
    package func policy(host: DomainName) -> String {
        ["version: STSv1", "mode: \(mode.rawValue)", "mx: \(host.ascii)", "max_age: \(maximumAge.components.seconds)", ""]
            .joined(separator: "\r\n")
    }
}

package enum MTASTSMode: String, Sendable, Codable, CaseIterable {
    case none, testing, enforce
}
