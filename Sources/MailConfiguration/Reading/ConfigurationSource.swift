internal import Mail

/// Where configuration files come from.
protocol ConfigurationSource {
    /// All YAML files that there are, reporting those that cannot be read.
    func load(_ findings: Findings) -> LoadedFiles

    /// The octets of a file with a secret, by its path relative to the configuration folder.
    func secret(_ path: String) throws(FileProblem) -> [UInt8]

    /// Whether a file that is not read here can be used: a certificate, or a key, whose mode is looked at.
    func check(_ path: String, isSecret: Bool) throws(FileProblem)
}

struct LoadedFiles {
    /// Octets by path.
    var contents: [String: [UInt8]] = [:]
    /// Names of the folders in tenants/.
    var tenants: Set<String> = []
    /// Paths that are there but cannot be read, which is already reported.
    var unreadable: Set<String> = []
}

/// Why a file cannot be used.
struct FileProblem: Error, Hashable {
    var code: String
    /// Goes on after the file's name: "is a folder, not a file".
    var reason: String
}

/// Files in memory.
struct MemorySource: ConfigurationSource {
    private let files: ConfigurationFiles

    init(_ files: ConfigurationFiles) { self.files = files }

    func load(_ findings: Findings) -> LoadedFiles {
        var loaded = LoadedFiles()
        for path in files.contents.keys.sorted() {
            let parts = path.split(separator: "/")
            if parts.count > 2, parts[0] == "tenants" { loaded.tenants.insert(String(parts[1])) }
            guard FilePlace.isYAML(path), let octets = files.contents[path] else { continue }
            guard octets.count <= ConfigurationLimits.fileSize.octets else {
                findings.report("file-too-large", at: SourcePlace(file: path), FileProblem.tooLarge.sentence)
                loaded.unreadable.insert(path)
                continue
            }
            loaded.contents[path] = octets
        }
        return loaded
    }

    func secret(_ path: String) throws(FileProblem) -> [UInt8] {
        guard let octets = files.contents[path] else { throw .missing }
        return octets
    }

    func check(_ path: String, isSecret: Bool) throws(FileProblem) {}
}

extension FileProblem {
    static let missing = FileProblem(code: "missing-file", reason: "is not there")
    static let tooLarge = FileProblem(
        code: "file-too-large", reason: "has more than \(ConfigurationLimits.fileSize), the limit of a configuration file")

    /// For a finding about the file itself.
    var sentence: String { "this file \(reason)" }
}
