internal import Mail

extension TenantContent {
    /// Whom the address picker may suggest: accounts that are not retired, and groups.
    var people: [Person] {
        accounts.compactMap(\.person)
            + routes.compactMap { entry in
                guard case .group(let group) = entry.route else { return nil }
                return group.person(at: entry.address)
            }
    }
}

extension DirectoryAccount {
    /// Nil of a retired one.
    var person: Person? {
        state == .retired ? nil : Person(account: id, address: address, displayName: displayName)
    }
}

extension GroupRoute {
    /// Nil at a further address, as it is the same group there.
    func person(at address: Address) -> Person? {
        let main = self.address ?? address
        return main.folded == address.folded ? Person(account: nil, address: main, displayName: name) : nil
    }
}
