import Directory
import Foundation
import Mail
import MailConfiguration
import SQL

@testable import Provisioning

/// A file for snapshots, which goes with the value.
final class SnapshotFile: Sendable {
    let path = FileManager.default.temporaryDirectory.appending(path: "malaposta-snapshots-\(UUID().uuidString).db").path

    deinit {
        for suffix in ["", "-journal"] { try? FileManager.default.removeItem(atPath: path + suffix) }
    }
}

extension SnapshotDatabase {
    /// As if they had come in this order; one commit for all of them.
    func put(_ kept: [Kept], of tenant: TenantID) throws {
        try connection.transaction {
            for (place, kept) in kept.enumerated() {
                try connection.run(
                    """
                    INSERT INTO object (tenant, directory, kind, stable, record, uuid, first_seen, missing_since)
                    VALUES ($1, $2, $3, $4, $5, '', $6, $7)
                    """, .text(tenant.text), .text(kept.directory), .text(kept.kind.rawValue), .text(kept.stableID),
                    .utf8(RecordCoding.buffer(kept.object)), .number(place), .integer(kept.missingSince ?? 0))
            }
        }
    }

    /// All objects of a tenant, those first that were there first.
    func objects(of tenant: TenantID) throws -> [Kept] {
        try connection.all(
            """
            SELECT 0, directory, kind, stable, record, first_seen, missing_since, 0 FROM object WHERE tenant = $1
            ORDER BY first_seen, directory, stable
            """, .text(tenant.text)
        ) { try Kept($0) }.compactMap(\.self)
    }
}
