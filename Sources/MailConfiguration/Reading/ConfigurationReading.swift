/// What reading a configuration gave.
package struct ConfigurationReading: Sendable {
    /// Nil where there is an error; warnings leave it.
    package var tree: ConfigurationTree?
    /// In the order of file, line and column.
    package var diagnostics: [Diagnostic]
    /// Everything that was read, secrets included: the copy to keep, and to read again at a rollback.
    package var files: ConfigurationFiles
    /// Every value in force with its origin, in the order of the files; only where it was asked for.
    package var effective: [EffectiveValue]

    package var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

    /// Reads a folder such as /etc/malaposta. Blocks on the disk; never throws, as every problem is a finding.
    ///
    /// - Parameter recordsEffective: whether `effective` is filled, which costs a value for each key of each object.
    /// - Parameter directoryNames: whom the tenants' directories have, so that files may name them.
    package init(folder: String, recordsEffective: Bool = false, directoryNames: DirectoryNames = DirectoryNames()) {
        self.init(FolderSource(folder), recordsEffective, directoryNames)
    }

    /// Reads files in memory, such as the stored copy of what was once applied. Modes of secrets are not looked at.
    package init(
        _ files: ConfigurationFiles, recordsEffective: Bool = false, directoryNames: DirectoryNames = DirectoryNames()
    ) {
        self.init(MemorySource(files), recordsEffective, directoryNames)
    }

    private init(_ source: any ConfigurationSource, _ recordsEffective: Bool, _ directoryNames: DirectoryNames) {
        let reader = TreeReader(source, recordsEffective, directoryNames)
        let tree = reader.read()
        diagnostics = reader.findings.sorted()
        self.tree = diagnostics.contains { $0.severity == .error } ? nil : tree
        files = ConfigurationFiles(contents: reader.contents)
        effective = reader.effective
    }
}

extension ConfigurationTree {
    /// Reads and checks a folder such as /etc/malaposta; the tree is nil where there is an error.
    package static func read(from folder: String) -> (tree: ConfigurationTree?, diagnostics: [Diagnostic]) {
        let reading = ConfigurationReading(folder: folder)
        return (reading.tree, reading.diagnostics)
    }

    /// Reads and checks files in memory.
    package static func read(_ files: ConfigurationFiles) -> (tree: ConfigurationTree?, diagnostics: [Diagnostic]) {
        let reading = ConfigurationReading(files)
        return (reading.tree, reading.diagnostics)
    }
}
