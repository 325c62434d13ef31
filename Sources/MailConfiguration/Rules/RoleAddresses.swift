internal import Mail

extension RoleAddress {
    /// The names that every domain answers to (RFC 5321 §4.5.1; RFC 2142 §4).
    static let localParts = ["abuse", "postmaster"]

    /// The role addresses of all domains that are no alias domains.
    static func all(of domains: [DomainConfiguration], admins: [LocalID], _ names: NameTable) -> [RoleAddress] {
        let originals = domains.filter { $0.aliasOf == nil }.map(\.name).sorted()
        return originals.flatMap { domain in
            localParts.compactMap { localPart -> RoleAddress? in
                guard let address = try? Address(localPart: localPart, domain: domain) else { return nil }
                let claim = names.addresses[address]
                return RoleAddress(
                    address: address, admins: claim == nil ? admins : [], declaredAt: claim?.place.position,
                    isDeclared: claim != nil)
            }
        }
    }
}
