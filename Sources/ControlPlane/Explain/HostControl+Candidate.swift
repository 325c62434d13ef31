package import Directory
internal import MailConfiguration

extension HostControl {
    /// What an apply of these files would put in force, in memory alone; numbered 0.
    ///
    /// On a machine without a host's data the files alone are looked at, so that they can be tried anywhere.
    ///
    /// - Throws: `ControlError.badFiles`.
    package func candidate(configuration: String) throws -> Generation {
        let reading = ConfigurationReading(folder: configuration)
        guard Disk.exists(folders.database) else {
            guard let tree = reading.tree else { throw ControlError.badFiles(reading.diagnostics) }
            return try Generation(number: 0, content: GenerationContent(tree))
        }
        return Generation(number: 0, content: try prepare(reading).draft.content())
    }
}
