package import Mail

/// What becomes of mail to an address.
package enum Resolution: Hashable, Sendable {
    /// To be accepted, for these accounts and other hosts; never empty.
    case accounts([ExpandedTarget])
    /// The domain is not one of ours.
    case notHosted
    /// A domain that a tenant has declared and not proven to be its own: 450 4.7.1, and to senders of ours another host's.
    case unproven
    /// Our domain, no such address: 550 5.1.1.
    case unknown
    /// The tenant or the account is suspended: 450 4.2.1.
    case suspended
    /// The account has been retired, or nobody is left behind the address: 550 5.2.1.
    case disabled
    /// More targets than `ExpansionLimits` allows, or nested too deeply: 550 5.4.6.
    case tooManyTargets
    /// A group that does not take mail from this sender: 550 5.7.1.
    case notPermitted
}

/// Where one copy of a message goes after aliases and groups are followed.
package enum ExpandedTarget: Hashable, Sendable, Codable {
    /// - Parameters:
    ///   - detail: what stood behind `+`, where the address that was mailed led straight here.
    ///   - address: the address of the account by which it was reached.
    case account(AccountID, detail: String?, as: Address)
    /// An address of another host, or of another tenant: mail to it is routed anew, as if it came from outside.
    case external(Address)
}

/// Bounds on following aliases and groups.
package enum ExpansionLimits {
    /// Targets of one address after expansion.
    package static let targets = 10_000
    /// Addresses looked at while one is expanded.
    package static let steps = 50_000
    /// Steps that an explanation keeps.
    package static let tracedSteps = 50_000
}
