/// The files of a configuration in memory, as read or as once applied.
package struct ConfigurationFiles: Sendable, Codable, Equatable {
    /// Octets by path relative to the configuration folder (`tenants/acme/tenant.yaml`). A secret that a file names by an
    /// absolute path stands here under that path.
    package var contents: [String: [UInt8]]

    package init(contents: [String: [UInt8]] = [:]) { self.contents = contents }
}
