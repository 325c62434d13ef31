internal import Mail

/// Reads all files, applies all rules, and makes the tree.
final class TreeReader {
    let findings = Findings()
    private(set) var contents: [String: [UInt8]] = [:]
    private(set) var effective: [EffectiveValue] = []
    private let source: any ConfigurationSource
    private let recordsEffective: Bool
    private let directoryNames: DirectoryNames
    private var loaded = LoadedFiles()

    init(_ source: any ConfigurationSource, _ recordsEffective: Bool, _ directoryNames: DirectoryNames) {
        self.source = source
        self.directoryNames = directoryNames
        self.recordsEffective = recordsEffective
    }

    /// Nil where malaposta.yaml itself cannot be used. A tree made in spite of other errors is not to be used either.
    func read() -> ConfigurationTree? {
        loaded = source.load(findings)
        contents = loaded.contents
        reportUnknownFiles()
        let host = readHost()
        let folders = loaded.tenants.sorted().map(readTenant)
        if let host { HostRules(findings, source).check(host, tenants: folders.map(\.name)) }
        let hostLimits = host.map { HardLimits($0, findings) }
        let names = NameTable(folders, findings)
        let tenants = folders.compactMap { folder -> TenantConfiguration? in
            guard let hostLimits, let tenant = folder.tenant else { return nil }
            return TenantBuilder(
                folder, tenant, names, hostLimits, findings, readSecret, source.check, record, directoryNames
            ).build()
        }
        return host.map { ConfigurationTree(host: configuration(of: $0), tenants: tenants) }
    }

    private func reportUnknownFiles() {
        for path in contents.keys.sorted() where FilePlace(path) == nil {
            let parts = path.split(separator: "/").map(String.init)
            let name = parts.last ?? path
            let known =
                switch parts.count {
                case 1: ["malaposta.yaml"]
                case 2: [String]()
                case 3: FilePlace.tenantFiles
                default: [name.hasSuffix(".yml") ? "\(name.dropLast(4)).yaml" : ""]
                }
            findings.report(
                "unknown-file", at: SourcePlace(file: path),
                "no file of this name is read\(Nearest.suggestion(for: name, among: known))",
                notes: known.isEmpty ? ["each tenant has a folder of its own: tenants/<id>/tenant.yaml"] : [])
        }
    }

    private func readHost() -> DeclaredHost? {
        let (host, reading) = read("malaposta.yaml", HostFile.form, isNeeded: true)
        effective += reading.effective
        return host
    }

    private func readTenant(_ name: String) -> TenantFolder {
        let path = "tenants/\(name)"
        var folder = TenantFolder(name: name)
        let (tenant, tenantReading) = read("\(path)/tenant.yaml", TenantFile.form, isNeeded: true)
        folder.tenant = tenant
        effective += tenantReading.effective
        for domainPath in contents.keys.sorted() {
            guard case .domain(name, let fileName) = FilePlace(domainPath) else { continue }
            let (domain, reading) = read(domainPath, DomainFile.form, isNeeded: true)
            if let domain { folder.domains.append((domain, fileName)) } else { folder.lacksDomains = true }
            effective += reading.effective
        }
        folder.lacksDomains = folder.lacksDomains || loaded.unreadable.contains { $0.hasPrefix("\(path)/domains/") }
        let (accounts, reading) = read("\(path)/accounts.yaml", AccountsFile.form, isNeeded: false)
        folder.accounts = accounts ?? DeclaredAccounts()
        folder.lacksAccounts = reading.isIncomplete || loaded.unreadable.contains("\(path)/accounts.yaml")
        effective += reading.effective
        let (directories, directoryReading) = read("\(path)/directory.yaml", DirectoryFile.form, isNeeded: false)
        folder.directories = directories?.directories ?? []
        folder.lacksDirectories = directoryReading.isIncomplete || loaded.unreadable.contains("\(path)/directory.yaml")
        effective += directoryReading.effective
        return folder
    }

    private func read<Value>(_ path: String, _ form: ValueForm<Value>, isNeeded: Bool) -> (Value?, FileReading) {
        let reading = FileReading(file: path, findings: findings, recordsEffective: recordsEffective)
        guard let octets = contents[path] else {
            if isNeeded, !loaded.unreadable.contains(path) {
                findings.report("missing-file", at: SourcePlace(file: path), "this file is not there; it is needed")
            }
            reading.isIncomplete = isNeeded
            return (nil, reading)
        }
        let text = SourceText(file: path, octets: octets)
        findings.add(text)
        guard let node = YAMLReader.read(text, findings) else {
            reading.isIncomplete = true
            return (nil, reading)
        }
        guard case .missing = node.content else { return (form.read(node, "the file", reading), reading) }
        findings.report("empty-file", at: SourcePlace(file: path), "this file holds nothing; it begins with: schema: 1")
        reading.isIncomplete = true
        return (nil, reading)
    }

    /// Reads a secret, and keeps it with the files.
    private func readSecret(_ path: String) throws(FileProblem) -> [UInt8] {
        let octets = try source.secret(path)
        contents[path] = octets
        return octets
    }

    private func record(_ value: EffectiveValue) {
        if recordsEffective { effective.append(value) }
    }

    private func configuration(of host: DeclaredHost) -> HostConfiguration {
        let limits = HardLimits.standard(host)
        return HostConfiguration(
            position: host.place.position, hostName: host.hostName, addresses: host.addresses.map(\.value),
            listeners: host.listeners.map(\.listener),
            tls: TLSConfiguration(
                selfSigned: host.tls.selfSigned,
                certificates: host.tls.certificates.map {
                    CertificateFiles(
                        position: $0.certificateFile.position, certificateFile: $0.certificateFile.value,
                        keyFile: $0.keyFile.value)
                }),
            plaintextLogin: host.plaintextLogin, proxies: host.proxies.map(\.value),
            allowsUnprovenDomains: host.allowsUnproven, dataDirectory: host.dataDirectory,
            runDirectory: host.runDirectory, limits: host.limits, spool: host.spool,
            storage: StorageConfiguration(engine: host.engine), log: LogConfiguration(level: host.logLevel),
            metrics: host.metrics.metrics, dns: host.dns, tenantLimits: limits,
            tenants: host.tenants.map {
                HostedTenant(position: $0.id.position, id: $0.id.value, limits: $0.limits.filled(from: limits))
            })
    }
}

/// A folder of tenants/ as written.
struct TenantFolder {
    let name: String
    var tenant: DeclaredTenant?
    var domains: [(domain: DeclaredDomain, fileName: String)] = []
    var accounts = DeclaredAccounts()
    var directories: [DeclaredDirectory] = []
    /// Whether a directory was left out for its errors.
    var lacksDirectories = false
    /// Whether a domain was left out for its errors, so that no address can be said to be in none.
    var lacksDomains = false
    /// Whether an account was left out for its errors, so that no name can be said to be nobody's.
    var lacksAccounts = false
}
