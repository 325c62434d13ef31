/// The files of a configuration in memory, as read or as once applied.
package struct ConfigurationFiles: Sendable, Codable, Equatable {
    /// Octets by path relative to the configuration folder: `tenants/acme/tenant.yaml`. Files with password hashes that a
    /// tenant's accounts.yaml names stand here too; certificates and keys of the host do not.
    package var contents: [String: [UInt8]]

    package init(contents: [String: [UInt8]] = [:]) { self.contents = contents }
}
