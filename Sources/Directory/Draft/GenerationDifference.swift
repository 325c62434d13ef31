package import Mail
internal import SQL

/// How a draft differs from an earlier generation: what a plan shows, and all that its writing has to touch. Compared record by
/// record, as octets and by the database; only what differs is made into values, one at a time.
package final class GenerationDifference {
    package let draft: GenerationDraft
    /// Nil where there is nothing to compare with.
    package let earlier: GenerationOutline?
    /// The earlier generation's number, where it is on disk.
    let number: Int?
    /// Of what `host.db` says of each tenant there.
    let digests: [TenantID: String]
    private let folder: GenerationFolder?
    /// How many accounts and addresses differ.
    private var changes: [TenantID: Int] = [:]

    /// From the generation on disk; nil where there is none yet.
    ///
    /// - Throws: where the generation is not whole, or written by another version of the program.
    package convenience init(of draft: GenerationDraft, from reader: GenerationReader?) throws {
        let host = try reader.map { try HostFile($0.folder, $0.number) }
        try self.init(
            draft, earlier: host?.outline(), number: reader?.number, digests: host?.digests() ?? [:], folder: reader?.folder)
    }

    /// From another draft, which was made to be compared with this one.
    package convenience init(of draft: GenerationDraft, from earlier: GenerationDraft) throws {
        try self.init(draft, earlier: earlier.outline, number: nil, digests: [:], folder: nil)
    }

    private init(
        _ draft: GenerationDraft, earlier: GenerationOutline?, number: Int?, digests: [TenantID: String],
        folder: GenerationFolder?
    ) throws {
        self.draft = draft
        self.earlier = earlier
        self.number = number
        self.digests = digests
        self.folder = folder
        let script = """
            DROP TABLE IF EXISTS changed_account;
            DROP TABLE IF EXISTS changed_route;
            CREATE TABLE changed_account (tenant TEXT NOT NULL, id OCTETS NOT NULL, PRIMARY KEY (tenant, id)) CLUSTERED;
            CREATE TABLE changed_route (tenant TEXT NOT NULL, address TEXT NOT NULL, PRIMARY KEY (tenant, address)) CLUSTERED;
            """
        try draft.database.execute(Dialect.render(script))
        for tenant in tenants { try compare(tenant) }
    }

    // MARK: Tenants

    /// All that are there now or were before, in the order of their ids.
    package var tenants: [TenantID] {
        Set(draft.outline.tenants.map(\.tenant.id)).union((earlier?.tenants ?? []).map(\.tenant.id)).sorted()
    }

    /// How many accounts and addresses of a tenant differ.
    func changes(of tenant: TenantID) -> Int { changes[tenant] ?? 0 }

    /// Whether nothing of a tenant is different.
    package func isSame(_ tenant: TenantID) -> Bool {
        changes(of: tenant) == 0 && earlier?.tenant(tenant) == draft.outline.tenant(tenant)
    }

    /// Whether workers would see nothing else.
    package var isEmpty: Bool { earlier?.host == draft.outline.host && tenants.allSatisfy(isSame) }

    /// Compares a tenant again, after something was put into the draft.
    package func compare(_ tenant: TenantID) throws {
        guard let folder, let number else { return changes[tenant] = try of(tenant) { try $0.compare() } }
        changes[tenant] = try reading(folder.tenant(tenant, number)) { try of(tenant) { try $0.compare() } }
    }

    /// Calls `body` with one tenant's part, which is good for as long as that takes; not inside of the draft's filling, nor of
    /// itself.
    package func of<Result>(_ tenant: TenantID, _ body: (TenantDifference) throws -> Result) throws -> Result {
        let (before, after) = (earlier?.tenant(tenant), draft.outline.tenant(tenant))
        func difference(_ accounts: String, _ routes: String) -> TenantDifference {
            TenantDifference(
                id: tenant, before: before, after: after, database: draft.database, earlierAccounts: accounts,
                earlierRoutes: routes)
        }
        guard before != nil else {
            return try body(
                difference(
                    "(SELECT id, record FROM wanted_account WHERE 0)", "(SELECT address, record FROM wanted_route WHERE 0)"))
        }
        guard let folder, let number else {
            return try body(
                difference(
                    "(SELECT id, record FROM earlier_account WHERE tenant = $1)",
                    "(SELECT address, record FROM earlier_route WHERE tenant = $1)"))
        }
        return try draft.database.attaching(folder.tenant(tenant, number), as: "before") {
            try body(difference("before.account", "before.route"))
        }
    }
}
