package import Mail

/// A tenant of this host.
package struct Tenant: Hashable, Sendable, Codable, Identifiable {
    package let id: TenantID
    package var name: String
    /// `en` or `pt`.
    package var language: String
    package var suspended: Bool
    package var features: TenantFeatures
    /// Who gets postmaster@ and abuse@.
    package var admins: [AccountID]
    /// How long a retired account's mail is kept.
    package var gracePeriod: Duration

    package init(
        id: TenantID, name: String, language: String = "en", suspended: Bool = false, features: TenantFeatures = .all,
        admins: [AccountID] = [], gracePeriod: Duration = .seconds(30 * 86_400)
    ) {
        self.id = id
        self.name = name
        self.language = language
        self.suspended = suspended
        self.features = features
        self.admins = admins
        self.gracePeriod = gracePeriod
    }
}
