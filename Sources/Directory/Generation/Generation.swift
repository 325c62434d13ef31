package import Mail
package import MailConfiguration

/// Who exists on this host and what may be done, at one moment: opened read-only, never changed.
///
/// Look-ups that are not remembered read a file on threads of their own; remembered ones cost microseconds. Every
/// look-up throws only where a file of the generation cannot be read: say temporary failure then.
package final class Generation: Sendable {
    /// Grows with every apply; 1 is the first.
    package let number: Int
    package let host: HostConfiguration
    let tables: any GenerationTables

    init(number: Int, host: HostConfiguration, tables: any GenerationTables) {
        self.number = number
        self.host = host
        self.tables = tables
    }

    /// A generation in memory, without a folder.
    package convenience init(number: Int, content: GenerationContent) {
        self.init(number: number, host: content.host, tables: MemoryTables(content.tenants))
    }

    // MARK: Tenants and domains

    /// In the order of their ids.
    package func tenants() async throws -> [Tenant] { try await tables.tenants() }

    package func tenant(_ id: TenantID) async throws -> Tenant? { try await tables.tenants().first { $0.id == id } }

    /// In the order of their names.
    package func domains(of tenant: TenantID) async throws -> [HostedDomain] { try await tables.domains(of: tenant) }

    /// Nil where the domain is not one of ours.
    package func domain(_ name: DomainName) async throws -> HostedDomain? { try await tables.domain(name) }

    // MARK: Accounts

    /// Also suspended and retired ones: look at `state`.
    package func account(_ id: AccountID) async throws -> DirectoryAccount? {
        guard let tenant = try await tables.tenant(of: id) else { return nil }
        return try await tables.account(id, in: tenant)
    }

    /// The account whose main address or alias this is, as typed into a log-in form; case is of no matter.
    package func account(named login: String) async throws -> DirectoryAccount? {
        guard let address = try? Address(login) else { return nil }
        guard let domain = try await tables.domain(address.domain) else { return nil }
        let canonical = domain.canonical(address)
        guard case .account(let id) = try await tables.route(of: canonical, in: domain.tenant) else { return nil }
        return try await tables.account(id, in: domain.tenant)
    }

    /// In the order of their addresses.
    package func accounts(of tenant: TenantID) async throws -> [DirectoryAccount] { try await tables.accounts(of: tenant) }

    /// Whether an account may put this address into MAIL FROM or the From field.
    package func maySend(_ account: AccountID, as address: Address) async throws -> Bool {
        guard let sender = try await self.account(account), sender.state.isActive else { return false }
        let domain = try await domain(address.domain)
        // Whoever only says that a domain is his sends nothing in its name.
        if let domain, !domain.isActive { return false }
        guard let domain, domain.tenant == sender.tenant else {
            return sender.maySend(as: address)
        }
        return sender.maySend(as: address) || sender.maySend(as: domain.canonical(address))
    }

    /// People and groups of a tenant whose name or address has a word that starts so, in the order of their names (F12).
    /// An empty prefix finds nobody.
    package func people(of tenant: TenantID, prefix: String, limit: Int) async throws -> [Person] {
        let folded = SearchWords.folded(prefix)
        guard !folded.isEmpty, limit > 0 else { return [] }
        return try await tables.people(of: tenant, prefix: folded, limit: limit)
    }

    // MARK: Routing

    /// What becomes of mail to an address: the question of RCPT (RFC 5321 §3.3).
    package func resolve(_ address: Address, from sender: Address? = nil) async throws -> Resolution {
        var expansion = Expansion(tables: tables, sender: sender)
        return try await expansion.resolve(address)
    }

    /// Where mail to an address goes once it is accepted: each mailbox and each outside address once. Empty where
    /// nobody is left behind it. A group's rule of who may write to it was asked with RCPT, and is not asked again here.
    package func expand(_ address: Address, from sender: Address?) async throws -> [ExpandedTarget] {
        try await targets(of: address, Expansion(tables: tables, sender: sender, checksPermission: false))
    }

    /// The same for mail that an address of another tenant leads here: to this tenant its sender is a stranger, so a group takes
    /// it where anyone may write to it.
    package func expandFromOutside(_ address: Address) async throws -> [ExpandedTarget] {
        try await targets(of: address, Expansion(tables: tables, sender: nil))
    }

    private func targets(of address: Address, _ expansion: Expansion) async throws -> [ExpandedTarget] {
        var expansion = expansion
        switch try await expansion.resolve(address) {
        case .accounts(let targets): return targets
        case .suspended: return expansion.targets
        case .notHosted, .unproven: return [.external(address)]
        case .unknown, .disabled, .tooManyTargets, .notPermitted: return []
        }
    }
}
