internal import Mail

/// Values in force in a tenant's folder that other files set: for `config show`.
struct InheritedValues {
    let folder: TenantFolder
    let tenant: DeclaredTenant
    let plan: Plan
    /// What malaposta.yaml says of this tenant's limits.
    let hard: DeclaredLimits
    let record: (EffectiveValue) -> Void

    func recordAll() {
        for (key, position, value) in absentLimits {
            note(value, "plan.limits.\(key)", in: tenant.id.position.file, from: position)
        }
        for (domain, _) in folder.domains where domain.plusAddressing == nil && domain.aliasOf == nil {
            let value = JSONValue.boolean(plan.allows(.plusAddressing))
            note(value, "plus_addressing", in: domain.name.position.file, from: tenant.featuresPosition)
        }
        for user in folder.accounts.users {
            let name = "users[\(user.identity.id.value)]"
            let file = user.identity.id.position.file
            recordQuota(user.quota, of: name, in: file)
            guard user.language == nil else { continue }
            note(.string(tenant.language.rawValue), "\(name).language", in: file, from: tenant.languagePosition)
        }
        for shared in folder.accounts.sharedMailboxes {
            let id = shared.identity.id
            recordQuota(shared.quota, of: "shared_mailboxes[\(id.value)]", in: id.position.file)
        }
    }

    private func recordQuota(_ quota: Located<ByteCount>?, of name: String, in file: String) {
        guard quota == nil else { return }
        let value = JSONValue.string(SizeText.write(plan.limits.quotaPerAccount))
        let position = tenant.limits.quotaPerAccount?.position ?? hard.quotaPerAccount?.position
        note(value, "\(name).quota", in: file, from: position)
    }

    private func note(_ value: JSONValue, _ key: String, in file: String, from position: SourcePosition?) {
        record(EffectiveValue(file: file, key: key, value: value, position: position))
    }

    /// Limits that the plan leaves to malaposta.yaml.
    private var absentLimits: [(key: String, position: SourcePosition?, value: JSONValue)] {
        let (own, limits) = (tenant.limits, plan.limits)
        let all: [(String, Bool, SourcePosition?, JSONValue)] = [
            ("accounts", own.accounts == nil, hard.accounts?.position, .integer(limits.accounts)),
            ("domains", own.domains == nil, hard.domains?.position, .integer(limits.domains)),
            (
                "quota_per_account", own.quotaPerAccount == nil, hard.quotaPerAccount?.position,
                .string(SizeText.write(limits.quotaPerAccount))
            ),
            ("total_quota", own.totalQuota == nil, hard.totalQuota?.position, .string(SizeText.write(limits.totalQuota))),
            ("message_size", own.messageSize == nil, hard.messageSize?.position, .string(SizeText.write(limits.messageSize))),
            (
                "recipients_per_message", own.recipientsPerMessage == nil, hard.recipientsPerMessage?.position,
                .integer(limits.recipientsPerMessage)
            ),
            ("messages_per_day", own.messagesPerDay == nil, hard.messagesPerDay?.position, .integer(limits.messagesPerDay)),
        ]
        return all.filter(\.1).map { ($0.0, $0.2, $0.3) }
    }
}
