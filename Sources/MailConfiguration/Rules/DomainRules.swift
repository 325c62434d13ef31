internal import Mail

/// Makes a tenant's domains, and checks what must hold for each.
struct DomainRules {
    let plan: Plan
    let names: NameTable
    let resolver: ReferenceResolver
    let targets: TargetRules
    let secrets: SecretRules
    let findings: Findings

    func domain(_ declared: DeclaredDomain, fileName: String) -> DomainConfiguration {
        checkFileName(declared.name, fileName)
        checkAlias(declared)
        checkFeatures(declared)
        return DomainConfiguration(
            position: declared.name.position, name: declared.name.value, aliasOf: declared.aliasOf?.value,
            catchAll: declared.catchAll.flatMap(targets.target),
            plusAddressing: declared.plusAddressing?.value ?? plan.allows(.plusAddressing), ownership: declared.ownership,
            dkim: declared.dkim, spf: declared.spf, dmarc: declared.dmarc, mtaSTS: declared.mtaSTS,
            dns: publishing(declared.dns))
    }

    private func publishing(_ declared: DeclaredPublishing) -> PublishingConfiguration {
        guard declared.mode == .dynamicUpdate else { return .manual }
        guard let server = declared.server, let keyName = declared.keyName, let keyFile = declared.keyFile else {
            let missing = [
                (declared.server == nil, "server"), (declared.keyName == nil, "key_name"), (declared.keyFile == nil, "key_file"),
            ]
            findings.report(
                "missing-key", at: declared.place,
                "mode rfc2136 needs \(missing.filter(\.0).map { Quoted.text($0.1) }.joined(separator: " and "))",
                notes: ["the address of the server that takes updates, and the TSIG key that signs them"])
            return .manual
        }
        guard let octets = secrets.octets(of: keyFile) else { return .manual }
        if !TransactionKeyText.isKey(octets) {
            findings.report(
                "bad-value", at: keyFile.place, "the first line of \(Quoted.text(keyFile.value)) is no TSIG key in Base64",
                notes: ["make one with: tsig-keygen \(keyName)"])
        }
        return .dynamicUpdate(
            DynamicUpdateConfiguration(
                server: server, port: declared.port, zone: declared.zone, keyName: keyName, keyAlgorithm: declared.keyAlgorithm,
                keyFile: secrets.path(of: keyFile)))
    }

    private func checkFileName(_ name: Located<DomainName>, _ fileName: String) {
        guard (try? DomainName(fileName)) != name.value else { return }
        findings.report(
            "file-name", at: name.place, "the file of \(name.value.unicode) is called \(name.value.unicode).yaml",
            notes: ["so that one domain cannot have two files"])
    }

    private func checkAlias(_ domain: DeclaredDomain) {
        guard let original = domain.aliasOf else { return }
        if domain.catchAll != nil || domain.plusAddressing != nil {
            let place = domain.catchAll?.place ?? domain.plusAddressing?.place ?? original.place
            findings.report(
                "conflict", at: place, "an alias domain has no catch_all or plus_addressing; those of \(original.value) hold",
                related: [RelatedPlace(original.position, "alias_of")])
        }
        guard original.value != domain.name.value else {
            findings.report("loop", at: original.place, "\(original.value) cannot be an alias of itself")
            return
        }
        guard let target = names.domains[original.value], target.tenant == resolver.tenant else {
            let known = names.domains(of: resolver.tenant).filter { $0 != domain.name.value.ascii }
            findings.report(
                "unknown-name", at: original.place,
                "this tenant has no domain \(original.value)\(Nearest.suggestion(for: original.value.ascii, among: known))")
            return
        }
        guard let further = target.aliasOf else { return }
        findings.report(
            "alias-domain", at: original.place,
            "\(original.value) is itself an alias; name the domain that it stands for: \(further)",
            related: [RelatedPlace(target.place.position, "the other alias domain")])
    }

    private func checkFeatures(_ domain: DeclaredDomain) {
        if let catchAll = domain.catchAll, !plan.allows(.catchAll) { targets.reportMissing(.catchAll, at: catchAll.place) }
        if let plus = domain.plusAddressing, plus.value, !plan.allows(.plusAddressing) {
            targets.reportMissing(.plusAddressing, at: plus.place)
        }
    }
}
