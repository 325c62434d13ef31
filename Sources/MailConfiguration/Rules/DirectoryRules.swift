/// What must hold for a tenant's directories.
struct DirectoryRules {
    let tenant: String
    let findings: Findings
    let readSecret: (String) throws(FileProblem) -> [UInt8]
    let checkFile: (String, _ isSecret: Bool) throws(FileProblem) -> Void

    func directories(_ declared: [DeclaredDirectory]) -> [DirectoryConfiguration] {
        var first: [String: SourcePlace] = [:]
        for directory in declared {
            guard let other = first.updateValue(directory.id.place, forKey: directory.id.value) else { continue }
            findings.report(
                "duplicate-id", at: directory.id.place, "another directory has the id \(Quoted.text(directory.id.value))",
                related: [RelatedPlace(other.position, "the other one")])
        }
        return declared.map(directory)
    }

    private func directory(_ declared: DeclaredDirectory) -> DirectoryConfiguration {
        var directory = declared.configuration
        checkTLS(declared)
        checkSections(declared)
        directory.authorityFile = declared.authorityFile.flatMap { file($0, isSecret: false, mayBeElsewhere: true) }
        directory.certificateFile = declared.certificateFile.flatMap { file($0, isSecret: false, mayBeElsewhere: false) }
        directory.keyFile = declared.keyFile.flatMap { file($0, isSecret: true, mayBeElsewhere: false) }
        checkPair(declared)
        directory.bind = bind(declared)
        return directory
    }

    // MARK: TLS

    private func checkTLS(_ declared: DeclaredDirectory) {
        guard let startTLS = declared.startTLS, !startTLS.value else { return }
        for url in declared.urls where url.value.hasPrefix("ldap://") && !Self.isLoopback(url.value) {
            findings.report(
                "insecure", at: startTLS.place, "without STARTTLS, \(url.value) would see passwords go over the network",
                notes: ["starttls: false is for ldap: URLs of this machine, 127.0.0.1 and [::1]"],
                related: [RelatedPlace(url.position, "the URL")])
            return
        }
    }

    static func isLoopback(_ url: String) -> Bool {
        let place = url.dropFirst("ldap://".count)
        let host = place.hasPrefix("[") ? String(place.dropFirst().prefix { $0 != "]" }) : String(place.prefix { $0 != ":" })
        return host == "::1" || InternetAddress.normal(host)?.hasPrefix("127.") == true
    }

    private func checkPair(_ declared: DeclaredDirectory) {
        let files = (declared.certificateFile, declared.keyFile)
        guard (files.0 == nil) != (files.1 == nil), let place = files.0?.place ?? files.1?.place else { return }
        findings.report("conflict", at: place, "certificate_file and key_file go together")
    }

    /// The path from the configuration folder on. Files are in the tenant's folder, so that no tenant can make the host
    /// read what it may not; authorities of the machine are nobody's secret.
    private func file(_ path: Located<String>, isSecret: Bool, mayBeElsewhere: Bool) -> String? {
        let isAbsolute = path.value.hasPrefix("/")
        guard !path.value.split(separator: "/").contains(".."), !isAbsolute || mayBeElsewhere else {
            reportOutside(path)
            return nil
        }
        let whole = isAbsolute ? path.value : "tenants/\(tenant)/\(path.value)"
        do throws(FileProblem) { try checkFile(whole, isSecret) } catch {
            findings.report(error.code, at: path.place, "\(Quoted.text(path.value)) \(error.reason)")
            return nil
        }
        return whole
    }

    private func reportOutside(_ path: Located<String>) {
        findings.report(
            "outside-folder", at: path.place, "\(Quoted.text(path.value)) is not in the tenant's folder, tenants/\(tenant)")
    }

    // MARK: Bind

    private func bind(_ declared: DeclaredDirectory) -> DirectoryBind {
        guard let bind = declared.bind else { return .anonymous }
        switch bind.mechanism.value {
        case .anonymous:
            checkUnused(bind)
            return .anonymous
        case .external:
            checkUnused(bind)
            checkExternal(declared, bind)
            return .external
        case .simple: return simple(bind) ?? .anonymous
        }
    }

    private func checkUnused(_ bind: DeclaredBind) {
        guard let unused = bind.name?.place ?? bind.passwordFile?.place else { return }
        findings.report(
            "conflict", at: unused, "the mechanism \(bind.mechanism.value.rawValue) takes neither dn nor password_file")
    }

    private func checkExternal(_ declared: DeclaredDirectory, _ bind: DeclaredBind) {
        guard declared.certificateFile == nil, let url = declared.urls.first(where: { !$0.value.hasPrefix("ldapi:") }) else {
            return
        }
        findings.report(
            "missing-key", at: bind.mechanism.place, "the mechanism external needs certificate_file and key_file for \(url.value)"
        )
    }

    private func simple(_ bind: DeclaredBind) -> DirectoryBind? {
        guard let name = bind.name, let file = bind.passwordFile else {
            let missing = bind.name == nil ? "dn" : "password_file"
            findings.report("missing-key", at: bind.place, "the mechanism simple needs the key \"\(missing)\"")
            return nil
        }
        guard !file.value.hasPrefix("/"), !file.value.split(separator: "/").contains("..") else {
            reportOutside(file)
            return nil
        }
        do throws(FileProblem) {
            let octets = try readSecret("tenants/\(tenant)/\(file.value)")
            let password = Array(octets.prefix { $0 != 0x0a && $0 != 0x0d })
            // RFC 4513 §5.1.2: a bind without a password succeeds as nobody.
            guard !password.isEmpty, !password.contains(0) else {
                findings.report(
                    "bad-value", at: file.place, "the first line of \(Quoted.text(file.value)) is no password: empty, or with NUL"
                )
                return nil
            }
            return .simple(name: name.value, password: password)
        } catch {
            findings.report(error.code, at: file.place, "\(Quoted.text(file.value)) \(error.reason)")
            return nil
        }
    }

    // MARK: Sections

    private func checkSections(_ declared: DeclaredDirectory) {
        let directory = declared.configuration
        guard directory.preset == .custom else { return }
        var missing: [String] = []
        if directory.users?.filter == nil { missing.append("users: filter") }
        if directory.users?.attributes.id == nil { missing.append("users: attributes: id") }
        if directory.users?.attributes.addresses == nil { missing.append("users: attributes: address") }
        let others = [
            ("shared_mailboxes", directory.sharedMailboxes), ("groups", directory.groups), ("aliases", directory.aliases),
        ]
        for (name, section) in others {
            guard let section else { continue }
            if section.filter == nil { missing.append("\(name): filter") }
            if section.attributes.id == nil { missing.append("\(name): attributes: id") }
        }
        guard !missing.isEmpty else { return }
        findings.report(
            "missing-key", at: declared.presetPlace, "the preset custom knows no attributes; name also: \(Quoted.list(missing))")
    }
}
