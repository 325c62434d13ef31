package import Mail
package import MailConfiguration

/// One thing that was looked at while an address was followed.
package enum ExpansionStep: Hashable, Sendable {
    /// How an address was found.
    package enum Way: Hashable, Sendable {
        /// As it was written.
        case exact
        /// Without this detail (F122).
        case detail(String)
        /// As nobody has it: where its domain's catch-all leads.
        case catchAll
    }

    /// The domain is hosted, for this tenant; nil unless it stands for another one.
    case domain(name: DomainName, tenant: TenantID, aliasOf: DomainName?)
    case account(AccountID, at: Address, Way)
    case alias(Address, to: [Address], Way)
    case group(Address, id: String, members: [Address], Way)
    /// A group's rule of who may write to it, and whether this sender may.
    case permission(GroupSenders, isGiven: Bool)
    /// An address of another host or another tenant.
    case outside(Address)
    /// A group or alias that its directory has no more, for some time.
    case waiting(Address)
    /// A member or target that was met before: reached once.
    case again(Address)
    /// A member or target that nobody has.
    case nobody(Address)
}

/// What becomes of mail to an address, with every step that leads there.
package struct Explanation: Sendable {
    /// At most `ExpansionLimits.tracedSteps`.
    package let steps: [ExpansionStep]
    package let resolution: Resolution
    /// Where copies go, also of what is refused now because somebody is suspended.
    package let targets: [ExpandedTarget]
}

extension Generation {
    /// What `resolve` decides, and why: the same code, looked at while it runs.
    package func explain(_ address: Address, from sender: Address? = nil) async throws -> Explanation {
        var expansion = Expansion(tables: tables, sender: sender, isTraced: true)
        let resolution = try await expansion.resolve(address)
        return Explanation(steps: expansion.steps, resolution: resolution, targets: expansion.targets)
    }
}
