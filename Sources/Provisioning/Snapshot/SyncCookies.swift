internal import Directory
internal import Mail
internal import MailConfiguration
internal import SQL

/// How far a directory has been listened to: a cookie for each of its searches, valid for exactly what was asked.
struct SyncCookies: Sendable, Equatable {
    struct Cookie: Sendable, Equatable {
        /// What was asked, and how entries were read.
        var search: String
        var octets: [UInt8]
    }

    var cookies: [DirectoryNames.Kind: Cookie] = [:]
}

extension SnapshotDatabase {
    /// - Returns: nil where a search was never listened to, or is another now: then everything is to be read.
    func cookies(_ tenant: TenantID, _ directory: String, for map: AttributeMap) throws -> SyncCookies? {
        let rows = try connection.all(
            "SELECT kind, search, cookie FROM sync_cookie WHERE tenant = $1 AND directory = $2", .text(tenant.text),
            .text(directory)
        ) { (DirectoryNames.Kind(rawValue: $0.text(0)), SyncCookies.Cookie(search: $0.text(1), octets: $0.octets(2))) }
        var found = SyncCookies()
        for (kind, cookie) in rows { if let kind { found.cookies[kind] = cookie } }
        for kind in AttributeMap.order where map.sections[kind] != nil {
            guard try found.cookies[kind]?.search == map.fingerprint(kind) else { return nil }
        }
        return found
    }

    /// Forgets all others. In the transaction that keeps what they belong to.
    func keep(_ cookies: SyncCookies, _ tenant: TenantID, _ directory: String) throws {
        try forgetCookies(tenant, directory)
        for (kind, cookie) in cookies.cookies {
            try connection.run(
                """
                INSERT INTO sync_cookie (tenant, directory, kind, search, cookie) VALUES ($1, $2, $3, $4, $5)
                """, .text(tenant.text), .text(directory), .text(kind.rawValue), .text(cookie.search), .octets(cookie.octets))
        }
    }

    func forgetCookies(_ tenant: TenantID, _ directory: String) throws {
        try connection.run(
            "DELETE FROM sync_cookie WHERE tenant = $1 AND directory = $2", .text(tenant.text), .text(directory))
    }
}

extension AttributeMap {
    /// What is asked for a kind, and how its entries are read: the same text for the same, also in another process.
    func fingerprint(_ kind: DirectoryNames.Kind) throws -> String? {
        guard let section = sections[kind] else { return nil }
        var attributes = section.attributes
        // A set has no order.
        let rights = (attributes.rights ?? []).map(\.rawValue).sorted()
        attributes.rights = nil
        return try RecordCoding.text([
            "\(EntryMapping.version)", section.base, section.filter, "\(idForm)", "\(hasProxyAddresses)",
            rights.joined(separator: ","), domains.map(\.ascii).sorted().joined(separator: ","), RecordCoding.text(attributes),
        ])
    }
}
