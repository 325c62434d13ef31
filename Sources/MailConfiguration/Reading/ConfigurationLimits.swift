package import Mail

/// Bounds on what is read from the configuration folder.
package enum ConfigurationLimits {
    /// The largest YAML file; some 20000 users fit.
    package static let fileSize = ByteCount.megabytes(4)
    /// The largest file with a secret.
    package static let secretSize = ByteCount.kilobytes(4)
    /// Entries of one folder that are looked at.
    package static let folderEntries = 20_000
}
