internal import Mail

/// Makes a tenant's configuration from what its folder declares, checking what must hold across its files.
struct TenantBuilder {
    private let folder: TenantFolder
    private let tenant: DeclaredTenant
    private let names: NameTable
    private let findings: Findings
    private let plan: Plan
    private let resolver: ReferenceResolver
    private let targets: TargetRules
    private let passwords: PasswordRules
    private let directories: DirectoryRules
    private let secrets: SecretRules
    private let inherited: InheritedValues

    init(
        _ folder: TenantFolder, _ tenant: DeclaredTenant, _ names: NameTable, _ limits: HardLimits, _ findings: Findings,
        _ readSecret: @escaping (String) throws(FileProblem) -> [UInt8],
        _ checkFile: @escaping (String, Bool) throws(FileProblem) -> Void, _ record: @escaping (EffectiveValue) -> Void,
        _ directoryNames: DirectoryNames
    ) {
        self.folder = folder
        self.tenant = tenant
        self.names = names
        self.findings = findings
        plan = Plan(limits: limits.plan(of: tenant.id.value, asking: tenant.limits), features: tenant.features)
        inherited = InheritedValues(
            folder: folder, tenant: tenant, plan: plan, hard: limits.declared(for: tenant.id.value), record: record)
        resolver = ReferenceResolver(
            tenant: folder.name, isLenient: folder.lacksAccounts || folder.lacksDomains || folder.lacksDirectories, names: names,
            findings: findings, directories: Set(folder.directories.map(\.id.value)), directoryNames: directoryNames)
        targets = TargetRules(
            plan: plan, resolver: resolver, findings: findings, planFile: "tenants/\(folder.name)/tenant.yaml")
        secrets = SecretRules(tenant: folder.name, findings: findings, readSecret: readSecret)
        passwords = PasswordRules(findings: findings, secrets: secrets)
        directories = DirectoryRules(
            tenant: folder.name, findings: findings, readSecret: readSecret, checkFile: checkFile)
    }

    func build() -> TenantConfiguration {
        checkName()
        checkCounts()
        checkFeatures()
        let domains = folder.domains.map { domainRules.domain($0.domain, fileName: $0.fileName) }
        let groups = folder.accounts.groups.map(group)
        let aliases = folder.accounts.aliases.map(alias)
        checkLoops()
        let admins = tenant.admins.compactMap(resolver.user)
        inherited.recordAll()
        return TenantConfiguration(
            position: tenant.id.position, id: tenant.id.value, name: tenant.name, language: tenant.language,
            isSuspended: tenant.isSuspended, admins: admins, plan: plan, policies: tenant.policies,
            domains: domains.sorted { $0.name < $1.name }, users: folder.accounts.users.map(user),
            sharedMailboxes: folder.accounts.sharedMailboxes.map(sharedMailbox), groups: groups, aliases: aliases,
            directories: directories.directories(folder.directories),
            roleAddresses: RoleAddress.all(of: domains, admins: admins, names))
    }

    private var domainRules: DomainRules {
        DomainRules(plan: plan, names: names, resolver: resolver, targets: targets, secrets: secrets, findings: findings)
    }

    private func checkName() {
        guard tenant.id.value.text != folder.name else { return }
        findings.report(
            "file-name", at: tenant.id.place,
            "the id is \(Quoted.text(tenant.id.value.text)), but the folder is tenants/\(folder.name)",
            notes: ["a tenant's folder is called by its id; mailboxes are found by the id, so mind which of the two is right"])
    }

    private func checkCounts() {
        let mailboxes = (folder.accounts.users.map(\.identity) + folder.accounts.sharedMailboxes.map(\.identity))
            .map(\.id.place).sorted { $0.position < $1.position }
        checkCount(mailboxes, plan.limits.accounts, "users and shared mailboxes", tenant.limits.accounts)
        checkCount(folder.domains.map(\.domain.name.place), plan.limits.domains, "domains", tenant.limits.domains)
    }

    private func checkCount(_ places: [SourcePlace], _ limit: Int, _ what: String, _ origin: Located<Int>?) {
        guard places.count > limit else { return }
        findings.report(
            "over-limit", at: places[limit], "there are \(places.count) \(what), and the plan allows \(limit)",
            related: origin.map { [RelatedPlace($0.position, "the plan's limit")] } ?? [])
    }

    /// Reports each feature that is used and not in the plan, at its first use.
    private func checkFeatures() {
        let accounts = folder.accounts
        let identities =
            accounts.users.map(\.identity) + accounts.sharedMailboxes.map(\.identity) + accounts.groups.map(\.identity)
        let aliases = identities.flatMap(\.aliases).map(\.place) + accounts.aliases.map(\.address.place)
        let uses: [(PlanFeature, [SourcePlace])] = [
            (.sharedMailboxes, accounts.sharedMailboxes.map(\.identity.id.place)),
            (.groups, accounts.groups.map(\.identity.id.place)), (.aliases, aliases),
        ]
        for (feature, places) in uses where !plan.allows(feature) {
            guard let first = places.min(by: { $0.position < $1.position }) else { continue }
            targets.reportMissing(feature, at: first)
        }
    }

    private func user(_ declared: DeclaredUser) -> UserConfiguration {
        let identity = declared.identity
        let hash = passwords.hash(of: declared)
        for sender in declared.senders where names.domains[sender.value.domain]?.tenant != folder.name {
            guard !folder.lacksDomains else { continue }
            names.reportForeign(sender, names.domains[sender.value.domain]?.tenant, folder.name)
        }
        return UserConfiguration(
            position: identity.id.position, id: identity.id.value, address: identity.address.value, name: identity.name,
            aliases: identity.aliases.map(\.value), passwordHash: hash?.value, passwordPosition: hash?.position,
            quota: quota(declared.quota), language: declared.language ?? tenant.language,
            isSuspended: declared.isSuspended, senders: declared.senders.map(\.value),
            maySendAs: declared.maySendAs.compactMap(resolver.group))
    }

    private func sharedMailbox(_ declared: DeclaredSharedMailbox) -> SharedMailboxConfiguration {
        let identity = declared.identity
        var first: [LocalID: SourcePlace] = [:]
        let members = declared.members.compactMap { member -> SharedMember? in
            guard let user = resolver.user(member.user) else { return nil }
            if let other = first.updateValue(member.user.place, forKey: user) {
                findings.report(
                    "duplicate-value", at: member.user.place, "user \(user) is a member twice",
                    related: [RelatedPlace(other.position, "the other one")])
            }
            return SharedMember(position: member.user.position, user: user, rights: member.rights)
        }
        return SharedMailboxConfiguration(
            position: identity.id.position, id: identity.id.value, address: identity.address.value, name: identity.name,
            aliases: identity.aliases.map(\.value), quota: quota(declared.quota),
            members: members)
    }

    private func group(_ declared: DeclaredGroup) -> GroupConfiguration {
        let identity = declared.identity
        return GroupConfiguration(
            position: identity.id.position, id: identity.id.value, address: identity.address.value, name: identity.name,
            aliases: identity.aliases.map(\.value), members: declared.members.compactMap(resolver.member),
            maySend: declared.maySend)
    }

    private func alias(_ declared: DeclaredAlias) -> AliasConfiguration {
        AliasConfiguration(
            position: declared.address.position, address: declared.address.value,
            targets: declared.targets.compactMap(targets.target))
    }

    private func quota(_ declared: Located<ByteCount>?) -> ByteCount {
        let most = plan.limits.quotaPerAccount
        guard let declared else { return most }
        if declared.value > most {
            findings.report(
                "over-limit", at: declared.place,
                "quota is \(SizeText.write(declared.value)), but the plan allows an account \(SizeText.write(most))",
                related: tenant.limits.quotaPerAccount.map { [RelatedPlace($0.position, "the plan's limit")] } ?? [])
        }
        return declared.value
    }

    private func checkLoops() {
        var loops = LoopRules(resolver)
        let quiet = ReferenceResolver(tenant: folder.name, isLenient: true, names: names, findings: findings)
        func edges(_ references: [Located<Reference>]) -> [(place: SourcePlace, target: NameTable.Owner)] {
            references.compactMap { reference in
                guard case .owner(let owner) = quiet.target(of: reference) else { return nil }
                return (reference.place, owner)
            }
        }
        for group in folder.accounts.groups { loops.add(.group(group.identity.id.value), leadingTo: edges(group.members)) }
        for alias in folder.accounts.aliases { loops.add(.alias(alias.address.value.folded), leadingTo: edges(alias.targets)) }
        loops.check()
    }
}
