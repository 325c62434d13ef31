internal import Directory
package import Mail
internal import MailConfiguration
internal import SQL

/// What a reading found about one entry, and how the entry is known again when the server tells of it.
struct EntryFinding: Sendable {
    var finding: DirectoryFinding
    var kind: DirectoryNames.Kind
    /// Of the object that was made of it; empty where none was.
    var stableID = ""
    /// Empty where the server has not told.
    var uuid = ""
}

/// Findings of readings lie below place `mostFindings`, those of the last join behind it.
extension SnapshotDatabase {
    /// Findings that are kept of one directory's entries, and so many of its join.
    package static let mostFindings = 1000

    package func findings(of tenant: TenantID) throws -> [(directory: String, finding: DirectoryFinding)] {
        try connection.all(
            "SELECT directory, record FROM finding WHERE tenant = $1 ORDER BY directory, place", .text(tenant.text)
        ) {
            try ($0.text(0), RecordCoding.read(DirectoryFinding.self, $0.text(1)))
        }
    }

    /// Puts what a whole reading found in the place of what was found before. In the transaction that keeps the reading.
    func replaceFindings(_ findings: [EntryFinding], _ tenant: TenantID, _ directory: String) throws {
        let readings = "WHERE tenant = $1 AND directory = $2 AND place < $3"
        let values: [SQLValue] = [.text(tenant.text), .text(directory), .number(Self.mostFindings)]
        // A reading by pages does not hear by what a server that tells changes knows an entry.
        let known = try Dictionary(
            connection.all("SELECT record, uuid FROM finding \(readings) AND uuid <> ''", values: values) {
                ($0.text(0), $0.text(1))
            }
        ) { first, _ in first }
        try connection.run("DELETE FROM finding \(readings)", values: values)
        for (place, found) in findings.prefix(Self.mostFindings).enumerated() {
            let record = try RecordCoding.text(found.finding)
            let uuid = found.uuid.isEmpty ? known[record] ?? "" : found.uuid
            try insert(found, record, uuid, at: place, tenant, directory)
        }
    }

    /// How many are kept of the last join: they hold until the next one, also where a reading has found nothing to join.
    func joinFindings(_ tenant: TenantID, _ directory: String) throws -> Int {
        try connection.first(
            "SELECT COUNT(*) FROM finding WHERE tenant = $1 AND directory = $2 AND place >= $3", .text(tenant.text),
            .text(directory), .number(Self.mostFindings)
        ) { Int($0.integer(0)) } ?? 0
    }

    private func insert(
        _ found: EntryFinding, _ record: String, _ uuid: String, at place: Int, _ tenant: TenantID, _ directory: String
    ) throws {
        try connection.run(
            """
            INSERT INTO finding (tenant, directory, place, record, kind, stable, uuid) VALUES ($1, $2, $3, $4, $5, $6, $7)
            """, .text(tenant.text), .text(directory), .number(place), .text(record), .text(found.kind.rawValue),
            .text(found.stableID), .text(uuid))
    }

    /// Takes away what was found about an entry by itself.
    ///
    /// - Returns: how many findings that were.
    func forgetFindings(
        _ tenant: TenantID, _ directory: String, _ kind: DirectoryNames.Kind, uuid: String
    ) throws -> Int {
        guard !uuid.isEmpty else { return 0 }
        let here = "tenant = $1 AND directory = $2 AND kind = $3"
        return try connection.run(
            """
            DELETE FROM finding WHERE \(here) AND place < $4
            AND (uuid = $5 OR stable IN (SELECT stable FROM object WHERE \(here) AND uuid = $5))
            """, .text(tenant.text), .text(directory), .text(kind.rawValue), .number(Self.mostFindings), .text(uuid))
    }

    /// Adds what was found about an entry that the server told; beyond `mostFindings` it is only counted.
    func note(_ found: EntryFinding, _ tenant: TenantID, _ directory: String) throws {
        let readings = "tenant = $1 AND directory = $2 AND place < $3"
        let values: [SQLValue] = [.text(tenant.text), .text(directory), .number(Self.mostFindings)]
        let free = try connection.first(
            """
            SELECT MIN(c.place) FROM (
                SELECT 0 AS place UNION ALL SELECT place + 1 FROM finding WHERE \(readings)) c
            WHERE c.place < $3 AND NOT EXISTS (SELECT 1 FROM finding f WHERE f.tenant = $1 AND f.directory = $2 AND f.place = c.place)
            """, values: values
        ) { $0.optionalInteger(0) }.flatMap(\.self)
        guard let free else { return }
        try insert(found, RecordCoding.text(found.finding), found.uuid, at: Int(free), tenant, directory)
    }
}
