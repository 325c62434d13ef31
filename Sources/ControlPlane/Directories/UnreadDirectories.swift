internal import Directory
internal import Mail
internal import MailConfiguration
internal import Provisioning

/// Directories of one tenant that the files in force name and of which nothing is known: what they said was not in a backup, or is
/// lost. What is in force of them stays as it is until they have been read, as it is not gone.
struct UnreadDirectories {
    /// Their ids.
    let ids: Set<String>
    /// Whom the files in force have themselves.
    private let accounts: Set<AccountID>
    private let addresses: Set<Address>

    fileprivate init(_ ids: Set<String>, _ files: TenantConfiguration) {
        self.ids = ids
        let own = files.users.map(\.id) + files.sharedMailboxes.map(\.id)
        accounts = Set(own.map { AccountIdentity(tenant: files.id, id: $0).accountID })
        addresses = Set(
            (files.groups.flatMap { [$0.address] + $0.aliases } + files.aliases.map(\.address)).map(\.folded))
    }

    /// Whether an account may be one of them; `origin` is the directory that had it last, where that is known.
    func mayHave(_ account: DirectoryAccount, origin: String?) -> Bool {
        !accounts.contains(account.id) && origin.map(ids.contains) ?? true
    }

    /// Whether a group or an alias may be one of them.
    func mayHave(_ address: Address) -> Bool { !addresses.contains(address.folded) }
}

extension HostControl {
    /// By tenant.
    func unreadDirectories(_ tree: ConfigurationTree, applied: Int64?) throws -> [TenantID: UnreadDirectories] {
        guard let applied else { return [:] }
        var unread: [TenantID: Set<String>] = [:]
        for tenant in tree.tenants where !tenant.directories.isEmpty {
            let ids = try tenant.directories.map(\.id).filter { try snapshots().state(tenant.id, $0).lastSync == nil }
            if !ids.isEmpty { unread[tenant.id] = Set(ids) }
        }
        guard !unread.isEmpty, let before = try reading(database().files(applied: applied)).tree else { return [:] }
        var found: [TenantID: UnreadDirectories] = [:]
        for files in before.tenants {
            let ids = unread[files.id, default: []].intersection(files.directories.map(\.id))
            if !ids.isEmpty { found[files.id] = UnreadDirectories(ids, files) }
        }
        return found
    }

    /// Puts into the draft what is in force of them and nobody else has now.
    func keep(_ unread: UnreadDirectories, of id: TenantID, _ difference: GenerationDifference) throws {
        let domains = Set((difference.draft.outline.tenant(id)?.domains ?? []).map(\.name))
        try difference.of(id) { tenant in
            try difference.draft.fill {
                try tenant.forEachAccount(.known) { before, after in
                    guard let before, before.state != .retired, after == nil || after?.state == .retired,
                        domains.contains(before.address.domain), try tenant.route(of: before.address).after == nil,
                        try unread.mayHave(before, origin: snapshots().origin(of: before.id)?.directory)
                    else { return }
                    try difference.draft.replace(before)
                    for address in [before.address] + before.aliases where domains.contains(address.domain) {
                        try difference.draft.put(AddressRoute(address.folded, .account(before.id)), of: id)
                    }
                }
                try tenant.forEachRoute { address, before, after in
                    guard let before, after == nil, domains.contains(address.domain), unread.mayHave(address) else { return }
                    if case .account = before { return }
                    try difference.draft.put(AddressRoute(address, before), of: id)
                }
            }
        }
        try difference.compare(id)
    }
}
