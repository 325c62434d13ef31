package import Mail

/// How much a tenant may have: in malaposta.yaml the hard limits, in tenant.yaml what its plan grants, never more.
package struct TenantLimits: Sendable, Codable, Equatable {
    /// Users and shared mailboxes together.
    package var accounts: Int
    /// Domains, alias domains included.
    package var domains: Int
    /// The largest mailbox.
    package var quotaPerAccount: ByteCount
    /// All mailboxes together.
    package var totalQuota: ByteCount
    /// The largest message, never above 50 MB (F121).
    package var messageSize: ByteCount
    /// Recipients of one submitted message.
    package var recipientsPerMessage: Int
    /// Messages that one user may submit in 24 hours.
    package var messagesPerDay: Int
}

/// What a plan can switch on.
package enum PlanFeature: String, Sendable, Codable, CaseIterable {
    case web
    case imap
    case smtpSubmission = "smtp_submission"
    case sharedMailboxes = "shared_mailboxes"
    case groups
    case aliases
    case plusAddressing = "plus_addressing"
    case catchAll = "catch_all"
    case externalForwarding = "external_forwarding"
}

/// What a tenant subscribed to.
package struct Plan: Sendable, Codable, Equatable {
    package var limits: TenantLimits
    package var features: Set<PlanFeature>

    package func allows(_ feature: PlanFeature) -> Bool { features.contains(feature) }
}

/// How a tenant's accounts come and go.
package struct TenantPolicies: Sendable, Codable, Equatable {
    /// How long an account that vanished from its directory answers 450 before it is refused.
    package var suspendFor: Duration
    /// How long a retired account's mail is kept before it is purged.
    package var gracePeriod: Duration
}
