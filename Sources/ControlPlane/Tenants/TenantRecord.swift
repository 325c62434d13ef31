internal import Directory
package import Mail
internal import MailConfiguration
internal import Upkeep

/// A tenant as commands show one.
package struct TenantRecord: Encodable, Sendable, Hashable {
    package struct Domain: Codable, Sendable, Hashable {
        package var name: DomainName
        package var aliasOf: DomainName?
        package var catchAll: Address?
    }

    package var id: TenantID
    package var name: String
    package var language: String
    package var isSuspended: Bool
    package var admins: [Address]
    package var domains: [Domain]
    package var users: Int
    package var sharedMailboxes: Int
    package var groups: Int
    package var suspended: Int
    package var retired: Int
    /// What malaposta.yaml lets its plan ask for at most.
    package var accountLimit: Int
    package var domainLimit: Int
    package var totalQuotaLimit: ByteCount
    /// The sum of its accounts' quotas; nil where one has none.
    package var quota: ByteCount?
    /// Octets and messages in all its mailboxes; nil where the mail worker did not say.
    package var used: ByteCount?
    package var messages: Int?
    package var gracePeriodDays: Int

    let accounts: [AccountID]

    enum CodingKeys: String, CodingKey {
        case id, name, language, isSuspended, admins, domains, users, sharedMailboxes, groups, suspended, retired, accountLimit,
            domainLimit, totalQuotaLimit, quota, used, messages, gracePeriodDays
    }
}

extension HostControl {
    /// The tenants in force, in the order of their ids.
    ///
    /// - Throws: `ControlError.noGeneration`.
    package func tenants() throws -> [TenantRecord] {
        let content = try contentInForce()
        return content.tenants.map { TenantRecord($0, content.host) }.sorted { $0.id < $1.id }
    }
}

extension TenantRecord {
    init(_ content: TenantContent, _ host: HostConfiguration) {
        let tenant = content.tenant
        let living = content.accounts.filter { $0.state != .retired }
        let addresses = Dictionary(content.accounts.map { ($0.id, $0.address) }) { first, _ in first }
        let limits = host.limits(of: tenant.id)
        let quotas = living.map(\.quota)
        self.init(
            id: tenant.id, name: tenant.name, language: tenant.language, isSuspended: tenant.suspended,
            admins: tenant.admins.compactMap { addresses[$0] },
            domains: content.domains.sorted { $0.name < $1.name }.map {
                Domain(name: $0.name, aliasOf: $0.aliasOf, catchAll: $0.catchAll)
            },
            users: living.count { $0.kind == .user }, sharedMailboxes: living.count { $0.kind == .shared },
            groups: Set(content.routes.compactMap { if case .group(let group) = $0.route { group.id } else { nil } }).count,
            suspended: living.count { !$0.state.isActive }, retired: content.accounts.count - living.count,
            accountLimit: limits.accounts, domainLimit: limits.domains, totalQuotaLimit: limits.totalQuota,
            quota: quotas.contains(nil) ? nil : ByteCount(quotas.compactMap { $0?.octets }.reduce(0, +)), used: nil,
            messages: nil,
            gracePeriodDays: Int(tenant.gracePeriod.components.seconds / 86_400), accounts: content.accounts.map(\.id))
    }

    /// The same with what its mailboxes hold, where the mail worker says it of all of them.
    package func measured(by worker: MailWorker) async -> TenantRecord {
        let usages = await worker.usage(of: accounts)
        guard usages.count == accounts.count else { return self }
        var record = self
        record.used = ByteCount(usages.values.reduce(0) { $0 + $1.octets })
        record.messages = usages.values.reduce(0) { $0 + $1.messages }
        return record
    }

    // MARK: Text

    /// Lines of `tenant list`.
    package static func table(_ tenants: [TenantRecord]) -> [String] {
        let width = max(6, tenants.map { $0.id.text.count }.max() ?? 0)
        return tenants.map { tenant in
            let state = tenant.isSuspended ? "suspended" : "active"
            return [
                tenant.id.text.padded(to: width), state.padded(to: 9), counted(tenant.domains.count, "domain").padded(to: 10),
                counted(tenant.users, "user").padded(to: 10), tenant.name,
            ].joined(separator: "  ")
        }
    }

    /// What `tenant show` prints.
    package var text: String {
        var table = TwoColumns(titleWidth: 12)
        table.add("id", id.text)
        table.add("name", name)
        table.add("state", isSuspended ? "suspended: no log-in, mail waits with its senders (450)" : "active")
        table.add("language", language)
        table.add("admins", admins.isEmpty ? "none" : admins.map(\.description).joined(separator: ", "))
        for domain in domains {
            let other = domain.aliasOf.map { ", alias of \($0)" } ?? ""
            table.add("domain", "\(domain.name)\(other)" + (domain.catchAll.map { ", catch-all \($0)" } ?? ""))
        }
        table.add("domains", "\(domains.count) of at most \(domainLimit)")
        let others = [
            sharedMailboxes > 0 ? Self.counted(sharedMailboxes, "shared mailbox", "shared mailboxes") : nil,
            groups > 0 ? Self.counted(groups, "group") : nil, suspended > 0 ? "\(suspended) suspended" : nil,
            retired > 0 ? "\(retired) retired" : nil,
        ].compactMap(\.self)
        table.add(
            "accounts",
            ([Self.counted(users, "user")] + others).joined(separator: ", ") + "; at most \(accountLimit) accounts")
        let promised = quota.map { "\($0) promised" } ?? "no limit for some"
        table.add("quota", "\(promised), at most \(totalQuotaLimit)")
        let use = used.map { "\($0) in \(Self.counted(messages ?? 0, "message"))" }
        table.add("use", use ?? "unknown: no word from the mail worker")
        table.add("retired", "mail is kept for \(Self.counted(gracePeriodDays, "day"))")
        return table.lines.joined(separator: "\n")
    }

    private static func counted(_ count: Int, _ word: String, _ plural: String? = nil) -> String {
        count == 1 ? "1 \(word)" : "\(count) \(plural ?? word + "s")"
    }
}
