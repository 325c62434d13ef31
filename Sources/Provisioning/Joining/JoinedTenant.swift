package import Mail

/// What joining a tenant's files and directories found, beside what went into the draft.
package struct JoinedTenant: Sendable {
    package let tenant: TenantID
    /// Of each directory at most `SnapshotDatabase.mostFindings`.
    package private(set) var findings: [(directory: String, finding: DirectoryFinding)] = []
    /// How many there were, by directory.
    package private(set) var counts: [String: Int] = [:]
    /// Of the objects that it was made of.
    package var version: Int64 = 0

    package init(_ tenant: TenantID) { self.tenant = tenant }

    /// Whether another finding of this directory would be kept.
    func hasRoom(_ directory: String) -> Bool { counts[directory, default: 0] < SnapshotDatabase.mostFindings }

    mutating func note(_ directory: String, _ finding: DirectoryFinding) {
        if hasRoom(directory) { findings.append((directory, finding)) }
        counts[directory, default: 0] += 1
    }
}
