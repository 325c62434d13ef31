package import Mail
internal import TLS

/// Where an account comes from, which makes its id.
package struct AccountIdentity: Hashable, Sendable {
    /// The source of accounts that stand in a tenant's files.
    package static let files = "files"

    package let tenant: TenantID
    /// `files`, or the id of a directory of the tenant.
    package let source: String
    /// What never changes about the account there: the file account's `id`, LDAP's entryUUID or objectGUID.
    package let stableID: String

    package init(tenant: TenantID, source: String = AccountIdentity.files, stableID: String) {
        self.tenant = tenant
        self.source = source
        self.stableID = stableID
    }

    /// The first 128 bits of SHA-256 over the three parts, each behind its length in eight octets, so that no two
    /// different triples give the same octets.
    package var accountID: AccountID {
        var octets: [UInt8] = []
        octets.reserveCapacity(128)
        for part in [tenant.text, source, stableID] {
            let length = UInt64(part.utf8.count)
            for place in 0..<8 { octets.append(UInt8(truncatingIfNeeded: length >> (56 - 8 * UInt64(place)))) }
            octets += part.utf8
        }
        return AccountID(SHA256.digest(of: octets).prefix(16).reduce(UInt128(0)) { $0 << 8 | UInt128($1) })
    }
}
