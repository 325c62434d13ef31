internal import LDAP
internal import MailConfiguration

/// Listens to a directory's changes (RFC 4533). Blocks: for threads that may wait.
package struct LiveSync: Sendable {
    /// Between looks at whether to stop.
    package static let pause: Duration = .seconds(1)

    private let source: DirectorySource
    private let mapping: EntryMapping
    private let path: String
    private let now: @Sendable () -> Int64

    /// - Parameter now: seconds since 1970.
    package init(_ source: DirectorySource, path: String, now: @escaping @Sendable () -> Int64) {
        self.source = source
        mapping = EntryMapping(source.map)
        self.path = path
        self.now = now
    }

    /// Whether the server tells changes at all.
    package func isOffered() throws -> Bool {
        let connection = try Connection(source.server)
        try connection.bind(source.server.identity)
        return try connection.root().offersContentSynchronisation
    }

    /// Takes the whole content, then each change as it comes.
    ///
    /// - Parameters:
    ///   - isStopped: asked every `pause`.
    ///   - alone: runs what changes the snapshot while nobody else does.
    ///   - report: what was changed, or held back; after that it ends.
    /// - Throws: where the connection broke or the server does not do it.
    package func run(
        isStopped: () -> Bool, alone: (() throws -> Void) throws -> Void, report: (SyncOutcome) -> Void
    ) throws {
        let database = try SnapshotDatabase(path: path)
        let connection = try Connection(source.server)
        try connection.bind(source.server.identity)
        var listening: [(kind: DirectoryNames.Kind, sync: ContentSync)] = []
        var first: SyncOutcome?
        try alone {
            let whole = DirectorySync(source, path: path)
            let writing = try SnapshotWriting(database, tenant: source.tenant, directory: source.configuration.id)
            var entries = 0
            for kind in AttributeMap.order {
                guard let search = mapping.map.search(kind) else { continue }
                let sync = try ContentSync(search, on: connection) { change in
                    guard case .entry(let entry, let uuid) = change else { return }
                    entries += 1
                    try whole.add(entry, kind, uuid, to: writing)
                }
                listening.append((kind, sync))
            }
            first = try whole.settle(writing, entries, database, false, now())
        }
        guard let first else { return }
        report(first)
        guard first.held == nil else { return }
        try database.noteLive(source.tenant, source.configuration.id, true)
        defer { try? database.noteLive(source.tenant, source.configuration.id, false) }
        while !isStopped() {
            connection.wait(atMost: Self.pause)
            var changes: [SnapshotDatabase.Change] = []
            for (kind, sync) in listening { changes += try sync.changes(on: connection).compactMap { change($0, kind) } }
            guard !changes.isEmpty else { continue }
            var outcome: SyncOutcome?
            try alone { outcome = try take(changes, database) }
            guard let outcome else { continue }
            report(outcome)
            guard outcome.held == nil else { return }
        }
    }

    /// An entry that nothing can be made of any more is as good as gone.
    private func change(_ change: ContentChange, _ kind: DirectoryNames.Kind) -> SnapshotDatabase.Change? {
        switch change {
        case .deleted(let uuid): return .gone(kind, uuid: uuid)
        case .entry(let entry, let uuid):
            guard let mapped = try? mapping.object(entry, kind) else { return .gone(kind, uuid: uuid) }
            return .put(mapped, kind, uuid: uuid)
        }
    }

    private func take(_ changes: [SnapshotDatabase.Change], _ database: SnapshotDatabase) throws -> SyncOutcome {
        let (tenant, id) = (source.tenant, source.configuration.id)
        var state = try database.state(tenant, id)
        let removed = try database.removals(changes, tenant, id)
        let difference = SnapshotDifference(
            added: [:], changed: [.user: changes.count], returned: [:],
            removed: [.user: removed.accounts, .group: removed.others],
            present: [.user: state.users + state.sharedMailboxes, .group: state.groups + state.aliases])
        var outcome = SyncOutcome(
            tenant: tenant, directory: id, entries: changes.count, difference: difference, passwords: [])
        let recent = try database.recentlyMissing(state, at: now())
        if let held = Brake(source.configuration.brake).held(difference, recent: recent, at: now()) {
            state.held = held
            try database.keep(state)
            outcome.held = held
            return outcome
        }
        let (changed, passwords) = try database.apply(changes, tenant, id, at: now())
        outcome.passwords = passwords
        if !changed { outcome.difference.changed = [:] }
        return outcome
    }
}
