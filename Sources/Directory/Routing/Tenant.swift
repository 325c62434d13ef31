package import Mail

/// A tenant of this host.
package struct Tenant: Hashable, Sendable, Codable, Identifiable {
    package let id: TenantID
    package var name: String
    /// `en` or `pt`.
    package var language: String
    package var suspended: Bool
    package var features: TenantFeatures

    package init(id: TenantID, name: String, language: String = "en", suspended: Bool = false, features: TenantFeatures = .all) {
        self.id = id
        self.name = name
        self.language = language
        self.suspended = suspended
        self.features = features
    }
}
