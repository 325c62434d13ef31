package import Mail
internal import MailConfiguration

/// How a domain stands: what commands show, and what status tells of it.
package struct DomainReport: Codable, Sendable, Hashable {
    package var domain: DomainName
    package var tenant: TenantID
    package var state: DomainState
    /// Seconds since 1970; nil where nobody has looked yet.
    package var looked: Int64?
    package var findings: [Finding]
    package var records: [WantedRecord]
    package var keys: [KeyReport]
    /// Whether this host publishes the records itself.
    package var isPublished: Bool
    /// What publishing last came to; empty where it is as wanted.
    package var publishingProblems: [String]

    package init(
        domain: DomainName, tenant: TenantID, state: DomainState, looked: Int64?, findings: [Finding], records: [WantedRecord],
        keys: [KeyReport], isPublished: Bool, publishingProblems: [String]
    ) {
        self.domain = domain
        self.tenant = tenant
        self.state = state
        self.looked = looked
        self.findings = findings
        self.records = records
        self.keys = keys
        self.isPublished = isPublished
        self.publishingProblems = publishingProblems
    }

    package var worst: Finding.Severity { findings.worst }
}

/// A domain in one line, for `dns list`.
package struct DomainSummary: Codable, Sendable, Hashable {
    package var domain: DomainName
    package var tenant: TenantID
    package var state: DomainState
    /// The worst of the last look's findings; nil where nobody has looked yet.
    package var worst: Finding.Severity?
    /// How many findings are warnings or errors.
    package var faults: Int
    /// Seconds since 1970.
    package var looked: Int64?

    package init(
        domain: DomainName, tenant: TenantID, state: DomainState, findings: [Finding], looked: Int64?
    ) {
        self.domain = domain
        self.tenant = tenant
        self.state = state
        worst = looked == nil ? nil : findings.worst
        faults = findings.count { $0.severity > .note }
        self.looked = looked
    }
}

/// A key as `malaposta dkim list` shows it.
package struct KeyReport: Codable, Sendable, Hashable {
    package var domain: DomainName
    package var selector: String
    package var algorithm: String
    package var state: DomainKey.State
    /// Seconds since 1970.
    package var made: Int64
    package var changed: Int64
    /// When the next key takes over; nil for keys that do not sign.
    package var rotates: Int64?

    package init(_ key: DomainKey, of domain: DomainName, rotateEvery: Duration) {
        self.domain = domain
        selector = key.selector
        algorithm = key.algorithm.rawValue
        state = key.state
        made = key.made
        changed = key.changed
        rotates = key.state == .active ? key.changed + rotateEvery.components.seconds : nil
    }
}

/// One line of a domain's history.
package struct DomainEvent: Codable, Sendable, Hashable {
    /// Seconds since 1970.
    package var at: Int64
    package var change: DomainChange

    package init(at: Int64, change: DomainChange) {
        self.at = at
        self.change = change
    }
}
