internal import Mail
internal import SQL

/// How a generation on disk differs from a content that is wanted: what a plan shows, and all that its writing has to touch.
package struct GenerationDifference {
    package let number: Int
    /// What the generation on disk says. Records that are as wanted are the wanted ones, and share their memory.
    package let content: GenerationContent
    let tenants: [TenantID: TenantDifference]
    /// Of what `host.db` says of each tenant.
    let digests: [TenantID: String]
}

/// The same for one tenant's file.
struct TenantDifference {
    /// In the order of their ids, as the file has them.
    var accounts: [DirectoryAccount] = []
    /// In the order of their addresses, as the file has them.
    var routes: [AddressRoute] = []
    /// Wanted, and otherwise in the file or not at all.
    var changedAccounts: [DirectoryAccount] = []
    var goneAccounts: [AccountID] = []
    var changedRoutes: [AddressRoute] = []
    /// As the file writes them.
    var goneRoutes: [String] = []

    var isEmpty: Bool { changes == 0 }

    /// Rows to be written anew or taken away.
    var changes: Int { changedAccounts.count + goneAccounts.count + changedRoutes.count + goneRoutes.count }
}

extension GenerationReader {
    /// Compares record by record, as octets: only what differs is made into values.
    ///
    /// - Throws: where the generation is not whole, or written by another version of the program.
    package func difference(from wanted: GenerationContent) throws -> GenerationDifference {
        let host = try HostFile(folder, number)
        let domains = try Dictionary(grouping: host.domains(), by: \.tenant)
        var tenants: [TenantContent] = []
        var differences: [TenantID: TenantDifference] = [:]
        for tenant in try host.tenants() {
            let file = try TenantFile(folder, number, tenant.id)
            let difference = try file.difference(from: wanted.tenants.first { $0.tenant.id == tenant.id })
            differences[tenant.id] = difference
            tenants.append(
                TenantContent(
                    tenant: tenant, domains: domains[tenant.id] ?? [], accounts: difference.accounts, routes: difference.routes))
        }
        return try GenerationDifference(
            number: number, content: GenerationContent(host: host.configuration, tenants: tenants), tenants: differences,
            digests: host.digests())
    }
}

extension TenantFile {
    func difference(from wanted: TenantContent?) throws -> TenantDifference {
        var difference = TenantDifference()
        try compareAccounts(wanted?.accounts ?? [], &difference)
        try compareRoutes(wanted?.routes ?? [], &difference)
        return difference
    }

    private func compareAccounts(_ wanted: [DirectoryAccount], _ difference: inout TenantDifference) throws {
        let places = Dictionary(wanted.enumerated().map { ($1.id, $0) }) { first, _ in first }
        var isThere = [Bool](repeating: false, count: wanted.count)
        difference.accounts.reserveCapacity(wanted.count)
        try database.forEach("SELECT id, record FROM account ORDER BY id") { row in
            let record = row.octets(1)
            guard let id = AccountID(octets: row.octets(0)) else { throw RecordError(offset: 0) }
            if let place = places[id] {
                isThere[place] = true
                guard RecordCoding.octets(wanted[place]) != record else { return difference.accounts.append(wanted[place]) }
                difference.changedAccounts.append(wanted[place])
            } else {
                difference.goneAccounts.append(id)
            }
            difference.accounts.append(try RecordCoding.read(DirectoryAccount.self, record))
        }
        for (place, account) in wanted.enumerated() where !isThere[place] { difference.changedAccounts.append(account) }
    }

    private func compareRoutes(_ wanted: [AddressRoute], _ difference: inout TenantDifference) throws {
        let addresses = wanted.map(\.address.folded)
        let places = Dictionary(addresses.enumerated().map { ($1.description, $0) }) { first, _ in first }
        var isThere = [Bool](repeating: false, count: wanted.count)
        difference.routes.reserveCapacity(wanted.count)
        try database.forEach("SELECT address, record FROM route") { row in
            let (text, record) = (row.text(0), row.octets(1))
            guard let place = places[text] else {
                difference.goneRoutes.append(text)
                return difference.routes.append(try AddressRoute(Address(text), RecordCoding.read(Route.self, record)))
            }
            isThere[place] = true
            guard RecordCoding.octets(wanted[place].route) != record else {
                return difference.routes.append(AddressRoute(addresses[place], wanted[place].route))
            }
            difference.changedRoutes.append(wanted[place])
            difference.routes.append(AddressRoute(addresses[place], try RecordCoding.read(Route.self, record)))
        }
        difference.routes.sort { $0.address < $1.address }
        for (place, route) in wanted.enumerated() where !isThere[place] { difference.changedRoutes.append(route) }
    }
}
