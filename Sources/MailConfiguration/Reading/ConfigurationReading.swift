/// What reading a configuration gave.
package struct ConfigurationReading: Sendable {
    /// Nil where there is an error; warnings leave it.
    package var tree: ConfigurationTree?
    /// In the order of file, line and column.
    package var diagnostics: [Diagnostic]
    /// Everything that was read, secrets included: the copy to keep, and to read again at a rollback.
    package var files: ConfigurationFiles

    package var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }
}
