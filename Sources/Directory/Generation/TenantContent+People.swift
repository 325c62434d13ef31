internal import Mail

extension TenantContent {
    /// Whom the address picker may suggest: active accounts, and groups.
    var people: [Person] {
        let accounts = accounts.filter { $0.state != .retired }.map {
            Person(account: $0.id, address: $0.address, displayName: $0.displayName)
        }
        var seen: Set<String> = []
        let groups = routes.compactMap { entry -> Person? in
            // A group's further addresses are the same group: the first one stands for it.
            guard case .group(let group) = entry.route, seen.insert(group.id).inserted else { return nil }
            return Person(account: nil, address: group.address ?? entry.address, displayName: group.name)
        }
        return accounts + groups
    }
}
