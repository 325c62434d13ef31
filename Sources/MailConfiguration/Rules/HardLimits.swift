internal import Mail

/// The limits that malaposta.yaml sets for tenants, and the check that no plan exceeds them.
struct HardLimits {
    private let host: DeclaredHost
    private let findings: Findings

    init(_ host: DeclaredHost, _ findings: Findings) {
        self.host = host
        self.findings = findings
        for declared in [host.tenantLimits] + host.tenants.map(\.limits) {
            guard let size = declared.messageSize, size.value > host.limits.messageSize else { continue }
            findings.report(
                "over-limit", at: size.place,
                "message_size is \(SizeText.write(size.value)), but limits: message_size of the host is "
                    + SizeText.write(host.limits.messageSize))
        }
    }

    /// What a tenant may have that malaposta.yaml does not name.
    static func standard(_ host: DeclaredHost) -> TenantLimits {
        var limits = LimitsForm.standard
        limits.messageSize = min(limits.messageSize, host.limits.messageSize)
        return host.tenantLimits.filled(from: limits)
    }

    /// What malaposta.yaml says of a tenant's limits, in `tenants` or else in `tenant_limits`.
    func declared(for tenant: TenantID) -> DeclaredLimits {
        let all = host.tenantLimits
        guard let own = host.tenants.first(where: { $0.id.value == tenant })?.limits else { return all }
        return DeclaredLimits(
            accounts: own.accounts ?? all.accounts, domains: own.domains ?? all.domains,
            quotaPerAccount: own.quotaPerAccount ?? all.quotaPerAccount, totalQuota: own.totalQuota ?? all.totalQuota,
            messageSize: own.messageSize ?? all.messageSize,
            recipientsPerMessage: own.recipientsPerMessage ?? all.recipientsPerMessage,
            messagesPerDay: own.messagesPerDay ?? all.messagesPerDay)
    }

    /// A plan's limits: as asked for, but for what malaposta.yaml forbids, which is reported.
    func plan(of tenant: TenantID, asking plan: DeclaredLimits) -> TenantLimits {
        let said = declared(for: tenant)
        let hard = said.filled(from: Self.standard(host))
        compare("accounts", plan.accounts, hard.accounts, said.accounts) { String($0) }
        compare("domains", plan.domains, hard.domains, said.domains) { String($0) }
        compare("quota_per_account", plan.quotaPerAccount, hard.quotaPerAccount, said.quotaPerAccount, SizeText.write)
        compare("total_quota", plan.totalQuota, hard.totalQuota, said.totalQuota, SizeText.write)
        compare("message_size", plan.messageSize, hard.messageSize, said.messageSize, SizeText.write)
        compare("recipients_per_message", plan.recipientsPerMessage, hard.recipientsPerMessage, said.recipientsPerMessage) {
            String($0)
        }
        compare("messages_per_day", plan.messagesPerDay, hard.messagesPerDay, said.messagesPerDay) { String($0) }
        return whole(plan, hard)
    }

    /// A mailbox cannot be larger than all of them together.
    private func whole(_ plan: DeclaredLimits, _ hard: TenantLimits) -> TenantLimits {
        var limits = plan.filled(from: hard)
        guard limits.quotaPerAccount > limits.totalQuota else { return limits }
        if let quota = plan.quotaPerAccount {
            findings.report(
                "over-limit", at: quota.place,
                "quota_per_account is \(SizeText.write(quota.value)), more than total_quota: \(SizeText.write(limits.totalQuota))",
                related: plan.totalQuota.map { [RelatedPlace($0.position, "total_quota")] } ?? [])
        }
        limits.quotaPerAccount = limits.totalQuota
        return limits
    }

    private func compare<Value: Comparable>(
        _ key: String, _ asked: Located<Value>?, _ hard: Value, _ origin: Located<Value>?, _ show: (Value) -> String
    ) {
        guard let asked, asked.value > hard else { return }
        let place = origin.map { [RelatedPlace($0.position, "the limit")] } ?? []
        findings.report(
            "over-limit", at: asked.place,
            "\(key) asks for \(show(asked.value)), but the host allows this tenant \(show(hard))",
            notes: place.isEmpty ? ["the limit is a default; malaposta.yaml can set it in tenant_limits"] : [], related: place)
    }
}
