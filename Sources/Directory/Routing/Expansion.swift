internal import Mail
internal import MailConfiguration

/// Follows one address through aliases and groups to mailboxes and outside addresses.
///
/// Breadth first with a set of what was seen, so loops end and everything is reached once. It never leaves the tenant
/// of the address: what belongs to another one counts as outside.
struct Expansion {
    private let tables: any GenerationTables
    private let sender: Address?
    private let checksPermission: Bool
    private(set) var targets: [ExpandedTarget] = []
    /// What was looked at, in order, where that was asked for.
    private(set) var steps: [ExpansionStep] = []
    private let isTraced: Bool
    private var reached: Set<AccountID> = []
    private var outside: Set<Address> = []

    init(tables: any GenerationTables, sender: Address?, checksPermission: Bool = true, isTraced: Bool = false) {
        self.isTraced = isTraced
        self.tables = tables
        self.sender = sender
        self.checksPermission = checksPermission
    }

    mutating func resolve(_ address: Address) async throws -> Resolution {
        guard let domain = try await tables.domain(address.domain) else { return .notHosted }
        note(.domain(name: domain.name, tenant: domain.tenant, aliasOf: domain.aliasOf))
        guard domain.isActive else { return .unproven }
        guard let found = try await find(address, in: domain) else { return .unknown }
        note(found)
        if case .account(let id) = found.route {
            return try await mailbox(id, detail: found.detail, as: found.address, in: domain.tenant)
        }
        if case .waiting = found.route { return .suspended }
        if checksPermission {
            let isPermitted = try await permits(found.route, in: domain.tenant)
            if case .group(let group) = found.route { note(.permission(group.maySend, isGiven: isPermitted)) }
            guard isPermitted else { return .notPermitted }
        }
        guard try await follow(found.route, of: found.address, in: domain.tenant) else { return .tooManyTargets }
        if try await isSuspended(domain.tenant) { return .suspended }
        return targets.isEmpty ? .disabled : .accounts(targets)
    }

    // MARK: One address

    private struct Found {
        var address: Address
        var route: Route
        var detail: String?
        var way = ExpansionStep.Way.exact
    }

    /// The address itself, else without its detail, else the domain's catch-all.
    private func find(_ address: Address, in domain: HostedDomain) async throws -> Found? {
        let canonical = domain.canonical(address)
        if let route = try await tables.route(of: canonical, in: domain.tenant) {
            return Found(address: canonical, route: route)
        }
        let main = domain.aliasOf == nil ? domain : try await tables.domain(canonical.domain) ?? domain
        if let separator = main.detailSeparator?.unicodeScalars.first, let split = canonical.splitDetail(separator: separator),
            let route = try await tables.route(of: split.base, in: domain.tenant)
        {
            return Found(address: split.base, route: route, detail: split.detail, way: .detail(split.detail))
        }
        guard let catchAll = main.catchAll else { return nil }
        guard let hosted = try await tables.domain(catchAll.domain), hosted.tenant == domain.tenant else {
            return Found(address: canonical, route: .alias([catchAll]), way: .catchAll)
        }
        let target = hosted.canonical(catchAll)
        return try await tables.route(of: target, in: domain.tenant).map { Found(address: target, route: $0, way: .catchAll) }
    }

    // MARK: The trace

    private mutating func note(_ step: @autoclosure () -> ExpansionStep) {
        guard isTraced, steps.count < ExpansionLimits.tracedSteps else { return }
        steps.append(step())
    }

    private mutating func note(_ found: Found) {
        switch found.route {
        case .account(let id): note(.account(id, at: found.address, found.way))
        case .alias(let targets): note(.alias(found.address, to: targets, found.way))
        case .group(let group): note(.group(found.address, id: group.id, members: group.members, found.way))
        case .waiting: note(.waiting(found.address))
        }
    }

    private mutating func mailbox(_ id: AccountID, detail: String?, as address: Address, in tenant: TenantID) async throws
        -> Resolution
    {
        guard let account = try await tables.account(id, in: tenant) else { return .unknown }
        guard account.state != .retired else { return .disabled }
        targets = [.account(id, detail: detail, as: address)]
        return account.state.isActive ? .accounts(targets) : .suspended
    }

    private func isSuspended(_ tenant: TenantID) async throws -> Bool {
        try await tables.tenants().first { $0.id == tenant }?.suspended ?? true
    }

    // MARK: Aliases and groups

    /// False beyond `ExpansionLimits`.
    private mutating func follow(_ route: Route, of address: Address?, in tenant: TenantID) async throws -> Bool {
        var seen: Set<Address> = address.map { [$0] } ?? []
        var waiting = Self.next(route)[...]
        var steps = 0
        while let address = waiting.popFirst() {
            steps += 1
            guard steps <= ExpansionLimits.steps else { return false }
            guard let domain = try await tables.domain(address.domain), domain.tenant == tenant else {
                note(.outside(address))
                guard addOutside(address) else { return false }
                continue
            }
            let canonical = domain.canonical(address)
            guard seen.insert(canonical).inserted else {
                note(.again(canonical))
                continue
            }
            guard let found = try await find(canonical, in: domain) else {
                note(.nobody(canonical))
                continue
            }
            note(found)
            if case .account(let id) = found.route {
                guard try await add(id, as: found.address, in: tenant) else { return false }
            } else if found.address == canonical || seen.insert(found.address).inserted {
                waiting += Self.next(found.route)
            }
        }
        return true
    }

    private static func next(_ route: Route) -> [Address] {
        switch route {
        case .account, .waiting: []
        case .alias(let targets): targets
        case .group(let group): group.members
        }
    }

    /// A suspended account behind a group still gets its copy: its mail waits for it. A retired one gets none.
    private mutating func add(_ id: AccountID, as address: Address, in tenant: TenantID) async throws -> Bool {
        guard let account = try await tables.account(id, in: tenant), account.state != .retired else { return true }
        guard reached.insert(id).inserted else { return true }
        targets.append(.account(id, detail: nil, as: address))
        return targets.count <= ExpansionLimits.targets
    }

    private mutating func addOutside(_ address: Address) -> Bool {
        guard outside.insert(address.folded).inserted else { return true }
        targets.append(.external(address))
        return targets.count <= ExpansionLimits.targets
    }

    // MARK: Who may write to a group

    private func permits(_ route: Route, in tenant: TenantID) async throws -> Bool {
        guard case .group(let group) = route else { return true }
        switch group.maySend {
        case .anyone: return true
        case .tenant: return try await account(of: sender, in: tenant) != nil
        case .members:
            guard let id = try await account(of: sender, in: tenant) else { return false }
            var members = Expansion(tables: tables, sender: nil, checksPermission: false)
            _ = try await members.follow(route, of: nil, in: tenant)
            return members.reached.contains(id)
        }
    }

    /// The account that has this address. Who really sent is for submission to know; mail from other hosts comes without a
    /// sender here, as theirs can be forged.
    private func account(of sender: Address?, in tenant: TenantID) async throws -> AccountID? {
        guard let sender, let domain = try await tables.domain(sender.domain), domain.tenant == tenant else { return nil }
        guard case .account(let id) = try await find(sender, in: domain)?.route else { return nil }
        return id
    }
}
