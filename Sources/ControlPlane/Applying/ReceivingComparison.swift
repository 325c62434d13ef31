internal import Directory
internal import Mail
internal import SQL

/// Counts the addresses that receive mail before and after a change: those of alias domains too, as senders know them.
struct ReceivingComparison {
    /// What decides of a tenant's addresses, besides the addresses.
    private struct Side: Equatable {
        var isSuspended = true
        var proven: Set<DomainName> = []
        /// Domains that stand for another one.
        var twins: [DomainName: Set<DomainName>] = [:]

        init(_ tenant: TenantOutline?) {
            guard let tenant else { return }
            isSuspended = tenant.tenant.suspended
            for domain in tenant.domains where domain.isActive {
                proven.insert(domain.name)
                if let original = domain.aliasOf { twins[original, default: []].insert(domain.name) }
            }
        }

        /// The domains in which an address receives.
        func domains(_ address: Address, _ route: Route?, isInactive: Bool) -> Set<DomainName> {
            guard !isSuspended, !isInactive, let route, route != .waiting else { return [] }
            let twins = twins[address.domain] ?? []
            return proven.contains(address.domain) ? twins.union([address.domain]) : twins
        }
    }

    private(set) var counted = MailEffect(starting: 0, stopping: 0, moving: 0)
    /// In the hands of one tenant before, and of another one after; their addresses are compared when all are known.
    private let moved: Set<DomainName>
    private let moves: Connection

    init(_ difference: GenerationDifference) throws {
        func owners(_ outline: GenerationOutline?) -> [DomainName: TenantID] {
            Dictionary((outline?.tenants ?? []).flatMap(\.domains).map { ($0.name, $0.tenant) }) { first, _ in first }
        }
        let owners = (before: owners(difference.earlier), after: owners(difference.draft.outline))
        moved = Set(owners.before.filter { name, tenant in owners.after[name].map { $0 != tenant } ?? false }.map(\.key))
        moves = try Connection.scratch(
            """
            CREATE TABLE move (address TEXT PRIMARY KEY, before TEXT, after TEXT) CLUSTERED;
            """)
    }

    func effect() throws -> MailEffect {
        func count(_ condition: String) throws -> Int {
            try moves.first("SELECT COUNT(*) FROM move WHERE \(condition)") { Int($0.integer(0)) } ?? 0
        }
        return try MailEffect(
            starting: counted.starting + count("before IS NULL"), stopping: counted.stopping + count("after IS NULL"),
            moving: counted.moving + count("before <> after"))
    }

    private func note(_ route: Route, at address: Address, as side: String) throws {
        try moves.run(
            """
            INSERT INTO move (address, \(side)) VALUES ($1, $2) ON CONFLICT (address) DO UPDATE SET \(side) = excluded.\(side)
            """, .text(address.folded.description), .text(RecordCoding.text(route)))
    }

    mutating func add(_ tenant: TenantDifference) throws {
        let sides = (before: Side(tenant.before), after: Side(tenant.after))
        func count(_ address: Address, _ routes: (before: Route?, after: Route?)) throws {
            let domains = try (
                before: sides.before.domains(
                    address, routes.before, isInactive: routes.before?.account.map { try tenant.isInactive($0).before } ?? false),
                after: sides.after.domains(
                    address, routes.after, isInactive: routes.after?.account.map { try tenant.isInactive($0).after } ?? false)
            )
            for domain in domains.before.union(domains.after) {
                let receives = (before: domains.before.contains(domain), after: domains.after.contains(domain))
                if moved.contains(domain), let address = try? Address(localPart: address.localPart, domain: domain) {
                    if receives.before, let route = routes.before { try note(route, at: address, as: "before") }
                    if receives.after, let route = routes.after { try note(route, at: address, as: "after") }
                    continue
                }
                if !receives.before { counted.starting += 1 }
                if !receives.after { counted.stopping += 1 }
                if receives.before, receives.after, routes.before != routes.after { counted.moving += 1 }
            }
        }
        guard sides.before == sides.after else { return try tenant.forEachRouteOfAll { try count($0, ($1, $2)) } }
        try tenant.forEachRoute { try count($0, ($1, $2)) }
        // Addresses that lead where they led, to somebody who has become active or is not active any more.
        try tenant.forEachAccount(.known) { before, after in
            guard let account = after ?? before, before?.state.isActive != after?.state.isActive else { return }
            for address in Set(([account.address] + account.aliases).map(\.folded)) {
                let routes = try tenant.route(of: address)
                if routes.before == .account(account.id), routes.after == routes.before { try count(address, routes) }
            }
        }
    }
}

extension Route {
    fileprivate var account: AccountID? { if case .account(let id) = self { id } else { nil } }
}
