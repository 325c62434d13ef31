internal import Directory
internal import LDAP
package import Mail
internal import MailConfiguration

/// What one reading of a directory did.
package struct SyncOutcome: Codable, Sendable {
    package var tenant: TenantID
    package var directory: String
    package var entries: Int
    package var difference: SnapshotDifference
    /// What the brake refused; then nothing was changed.
    package var held: HeldRemoval?
    /// How many passwords changed.
    package var passwords = 0

    package var isChange: Bool { held == nil && !difference.isEmpty }
}

/// Reads a directory as a whole, and keeps what it says. Blocks: for threads that may wait.
package struct DirectorySync: Sendable {
    private let source: DirectorySource
    private let mapping: EntryMapping
    /// The snapshots' file.
    private let path: String

    package init(_ source: DirectorySource, path: String) {
        self.source = source
        mapping = EntryMapping(source.map)
        self.path = path
    }

    /// - Parameters:
    ///   - allowsRemovals: whether the brake is off this once.
    ///   - now: seconds since 1970.
    /// - Throws: where not everything could be read; nothing is changed then but the note of it.
    package func run(allowsRemovals: Bool = false, now: Int64) throws -> SyncOutcome {
        let database = try SnapshotDatabase(path: path)
        do {
            let writing = try writing(database)
            let entries = try read(into: writing)
            return try settle(writing, entries, database, allowsRemovals, now)
        } catch {
            try? database.noteFailure(source.tenant, source.configuration.id, "\(error)", at: now)
            throw error
        }
    }

    /// What a sync would find and do.
    package struct Preview: Sendable {
        package var difference: SnapshotDifference
        /// What the brake would refuse.
        package var held: HeldRemoval?
        /// Of the reading.
        package var findings: [DirectoryFinding]
    }

    /// A sync of a copy of what is known, in which the brake holds nothing back.
    package func preview(now: Int64) throws -> Preview {
        let database = try SnapshotDatabase(path: path)
        let writing = try writing(database)
        _ = try read(into: writing)
        let difference = try writing.difference()
        let recent = try database.recentlyMissing(database.state(source.tenant, source.configuration.id), at: now)
        let held = Brake(source.configuration.brake).held(difference, recent: recent, at: now)
        _ = try writing.commit(difference, at: now)
        return Preview(difference: difference, held: held, findings: writing.findings)
    }

    /// Decides on a reading that is complete.
    func settle(
        _ writing: SnapshotWriting, _ entries: Int, _ database: SnapshotDatabase, _ allowsRemovals: Bool, _ now: Int64
    ) throws -> SyncOutcome {
        let difference = try writing.difference()
        var state = try database.state(source.tenant, source.configuration.id)
        let recent = try database.recentlyMissing(state, at: now)
        var outcome = SyncOutcome(
            tenant: source.tenant, directory: source.configuration.id, entries: entries, difference: difference)
        if !allowsRemovals, var held = Brake(source.configuration.brake).held(difference, recent: recent, at: now) {
            held.since = state.held?.since ?? now
            state.held = held
            state.failingSince = nil
            state.failure = nil
            try database.keep(state)
            outcome.held = held
            return outcome
        }
        if allowsRemovals {
            state.allowedAt = now
            try database.keep(state)
        }
        outcome.passwords = try writing.commit(difference, at: now)
        return outcome
    }

    // MARK: Reading

    func writing(_ database: SnapshotDatabase) throws -> SnapshotWriting {
        try SnapshotWriting(database, tenant: source.tenant, directory: source.configuration.id, domains: source.domains)
    }

    private func read(into writing: SnapshotWriting) throws -> Int {
        let connection = try Connection(source.server)
        try connection.bind(source.server.identity)
        var entries = 0
        for kind in AttributeMap.order {
            guard let search = mapping.map.search(kind) else { continue }
            do {
                try connection.search(search, page: source.configuration.sync.pageSize) { entry in
                    entries += 1
                    try add(mapping.whole(entry, kind, on: connection), kind, "", to: writing)
                }
            } catch let error as LDAPError where error.kind == .noSuchObject && kind != .user {
                // A directory without that part of the tree has no such entries; without people it is a mistake.
                continue
            }
        }
        return entries
    }

    func add(_ entry: Entry, _ kind: DirectoryNames.Kind, _ uuid: String, to writing: SnapshotWriting) throws {
        let mapped: EntryMapping.Mapped
        do throws(DirectoryFinding) { mapped = try mapping.object(entry, kind) } catch {
            return writing.note(EntryFinding(finding: error, kind: kind, uuid: uuid))
        }
        try writing.add(mapped, kind, uuid: uuid)
    }
}
