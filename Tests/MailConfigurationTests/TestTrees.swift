import Foundation
import MailConfiguration

/// Files that tests read.
enum TestTrees {
    /// Of the repository.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    static let badFiles = root.appending(path: "Tests/MailConfigurationTests/BadFiles")

    /// A small tree without findings, on which bad files are laid.
    static let base = files(in: badFiles.appending(path: "base"))

    /// All YAML files of a folder, by path.
    static func files(in folder: URL) -> ConfigurationFiles {
        var contents: [String: [UInt8]] = [:]
        let all = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        for path in all where path.hasSuffix(".yaml") || path.hasSuffix(".yml") || path.hasSuffix(".hash") {
            contents[path] = (try? Data(contentsOf: folder.appending(path: path))).map { [UInt8]($0) }
        }
        return ConfigurationFiles(contents: contents)
    }

    /// The base tree with some files replaced.
    static func tree(replacing files: [String: String]) -> ConfigurationFiles {
        var tree = base
        for (path, text) in files { tree.contents[path] = Array(text.utf8) }
        return tree
    }

    /// What reading says, as `check` prints it.
    static func findings(_ files: ConfigurationFiles) -> String {
        ConfigurationTree.read(files).diagnostics.map(\.description).joined(separator: "\n")
    }

    /// Runs a test with the base tree in a folder of its own, which is removed afterwards.
    static func inFolder(_ work: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "malaposta-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for (path, octets) in base.contents {
            let file = folder.appending(path: path)
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(octets).write(to: file)
        }
        try work(folder)
    }
}
