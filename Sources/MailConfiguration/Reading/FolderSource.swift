internal import Mail

/// A folder such as /etc/malaposta.
struct FolderSource: ConfigurationSource {
    private let folder: String

    init(_ folder: String) {
        self.folder = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    }

    func load(_ findings: Findings) -> LoadedFiles {
        var loaded = LoadedFiles()
        do {
            for name in try FileSystem.names(in: folder) where name != "tenants" { load(name, into: &loaded, findings) }
        } catch {
            findings.report(Diagnostic(code: error.code, at: SourcePosition(file: folder), "this folder \(error.reason)"))
            loaded.unreadable.insert("malaposta.yaml")
            return loaded
        }
        for tenant in names(in: "tenants", isOptional: true, findings) where !tenant.hasPrefix(".") {
            loadTenant("tenants/\(tenant)", tenant, into: &loaded, findings)
        }
        return loaded
    }

    private func loadTenant(_ path: String, _ name: String, into loaded: inout LoadedFiles, _ findings: Findings) {
        guard FileSystem.isFolder("\(folder)/\(path)") else {
            if FilePlace.isYAML(path) || isBroken(path) { load(path, into: &loaded, findings) }
            return
        }
        loaded.tenants.insert(name)
        for file in names(in: path, isOptional: false, findings) where file != "domains" {
            load("\(path)/\(file)", into: &loaded, findings)
        }
        for file in names(in: "\(path)/domains", isOptional: true, findings) {
            load("\(path)/domains/\(file)", into: &loaded, findings)
        }
    }

    /// Whether something of that name is there and cannot be followed, such as a loop of links where a folder should be.
    private func isBroken(_ path: String) -> Bool {
        do {
            _ = try FileSystem.mode("\(folder)/\(path)")
            return false
        } catch {
            return error.code == "symlink-loop"
        }
    }

    private func names(in path: String, isOptional: Bool, _ findings: Findings) -> [String] {
        do {
            return try FileSystem.names(in: "\(folder)/\(path)")
        } catch {
            if isOptional, error == .missing { return [] }
            findings.report(error.code, at: SourcePlace(file: path), "this folder \(error.reason)")
            return []
        }
    }

    private func load(_ path: String, into loaded: inout LoadedFiles, _ findings: Findings) {
        guard FilePlace.isYAML(path) || isBroken(path) else { return }
        do {
            let limit = ConfigurationLimits.fileSize.octets
            loaded.contents[path] = try FileSystem.contents(of: "\(folder)/\(path)", limit: limit, tooLarge: .tooLarge).octets
        } catch {
            findings.report(error.code, at: SourcePlace(file: path), error.sentence)
            loaded.unreadable.insert(path)
        }
    }

    func secret(_ path: String) throws(FileProblem) -> [UInt8] {
        let tooLarge = FileProblem(
            code: "file-too-large", reason: "has more than \(ConfigurationLimits.secretSize), the limit of a file with a secret")
        let limit = ConfigurationLimits.secretSize.octets
        let (octets, mode) = try FileSystem.contents(of: "\(folder)/\(path)", limit: limit, tooLarge: tooLarge)
        // By its group the control plane reads what belongs to root.
        guard mode & 0o037 == 0 else {
            throw FileProblem(
                code: "insecure-file",
                reason: "has mode \(Self.octal(mode)); others than owner and group can reach it: chmod 640")
        }
        return octets
    }

    /// A key may be read by its group, as the workers' group reads it.
    func check(_ path: String, isSecret: Bool) throws(FileProblem) {
        let mode = try FileSystem.mode(path.hasPrefix("/") ? path : "\(folder)/\(path)")
        guard !isSecret || mode & 0o037 == 0 else {
            throw FileProblem(
                code: "insecure-file", reason: "has mode \(Self.octal(mode)); others than owner and group can reach it: chmod 640"
            )
        }
    }

    private static func octal(_ mode: UInt32) -> String {
        let digits = String(mode & 0o777, radix: 8)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}
