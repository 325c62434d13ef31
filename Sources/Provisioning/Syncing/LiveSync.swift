internal import LDAP
internal import MailConfiguration

/// Listens to a directory's changes (RFC 4533). Blocks: for threads that may wait.
package struct LiveSync: Sendable {
    /// Between looks at whether to stop.
    package static let pause: Duration = .seconds(1)
    /// Seconds between two readings of everything, whatever the server has told in between.
    package static let wholeEvery: Int64 = 86_400

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

    /// Whether listening can go on from where it ended, without reading everything: not after a change of what is asked, nor
    /// while the brake holds something back, and once in `wholeEvery` everything is read all the same.
    package func canResume(at now: Int64) throws -> Bool {
        let database = try SnapshotDatabase(path: path)
        let state = try database.state(source.tenant, source.configuration.id)
        guard state.held == nil, let whole = state.lastWhole, now - whole < Self.wholeEvery else { return false }
        return try database.cookies(source.tenant, source.configuration.id, for: mapping.map) != nil
    }

    /// Why listening ended.
    package enum Ending: Sendable, Equatable {
        /// It was stopped, a reading of everything is due, or addresses move and it is to begin again.
        case due
        /// The brake holds something back.
        case held
        /// The server does not tell this reader changes, for this reason: only reading shows them.
        case notOffered(String)
    }

    /// Listening has failed after it had begun.
    package struct Lost: Error, CustomStringConvertible {
        package var cause: any Error
        /// Seconds for which it went well.
        package var after: Int64

        package var description: String { "\(cause)" }
    }

    /// Takes what has changed since the directory was listened to last, else the whole content; then each change as it comes.
    ///
    /// A place without entries that is not there yet cannot be listened to; then everything is due after the directory's interval.
    ///
    /// - Parameters:
    ///   - isStopped: asked every `pause`.
    ///   - alone: runs what changes the snapshot while nobody else does.
    ///   - report: what was changed, or held back; after that it ends.
    /// - Throws: where the server cannot be reached, and `Lost`.
    package func run(
        isStopped: () -> Bool, alone: (() throws -> Void) throws -> Void, report: (SyncOutcome) -> Void
    ) throws -> Ending {
        let database = try SnapshotDatabase(path: path)
        let (tenant, id) = (source.tenant, source.configuration.id)
        if let cookies = try database.cookies(tenant, id, for: mapping.map) {
            do {
                return try run(since: cookies, database, isStopped, alone, report)
            } catch is Refusal {
                // A server that does not know the cookie any more (RFC 4533 §3.2), or is another one.
                try database.forgetCookies(tenant, id)
            }
        }
        do { return try run(since: nil, database, isStopped, alone, report) } catch let refusal as Refusal {
            return .notOffered("\(refusal.error)")
        }
    }

    /// The server does not tell changes, or not since the cookie.
    private struct Refusal: Error {
        var error: LDAPError
    }

    private typealias Listening = (kind: DirectoryNames.Kind, sync: ContentSync)

    private func run(
        since cookies: SyncCookies?, _ database: SnapshotDatabase, _ isStopped: () -> Bool,
        _ alone: (() throws -> Void) throws -> Void, _ report: (SyncOutcome) -> Void
    ) throws -> Ending {
        let connection = try Connection(source.server)
        try connection.bind(source.server.identity)
        var listening: [Listening] = []
        var first: SyncOutcome?
        try alone { first = try start(since: cookies, database, connection, &listening) }
        guard let first else { return .due }
        report(first)
        guard first.held == nil else { return .held }
        let (tenant, id) = (source.tenant, source.configuration.id)
        let began = now()
        let end = began + (listening.count == mapping.map.sections.count ? Self.wholeEvery : interval)
        do {
            try database.noteLive(tenant, id, true)
            defer { try? database.noteLive(tenant, id, false) }
            while !isStopped(), now() < end {
                var changes: [SnapshotDatabase.Change] = []
                for (kind, sync) in listening { changes += try sync.changes(on: connection).compactMap { change($0, kind) } }
                guard !changes.isEmpty else {
                    connection.wait(atMost: Self.pause)
                    continue
                }
                // Who has which address is told by looking at all: listening begins again, from before these changes.
                if try database.movesAddresses(changes, tenant, id) { return .due }
                var outcome: SyncOutcome?
                try alone { outcome = try take(changes, database, reached(listening)) }
                guard let outcome else { continue }
                report(outcome)
                guard outcome.held == nil else { return .held }
            }
            return .due
        } catch { throw Lost(cause: error, after: now() - began) }
    }

    /// Seconds between readings of everything where not all can be listened to.
    private var interval: Int64 { source.configuration.sync.interval.components.seconds }

    /// The first part of listening: everything, or what has changed.
    private func start(
        since cookies: SyncCookies?, _ database: SnapshotDatabase, _ connection: borrowing Connection,
        _ listening: inout [Listening]
    ) throws -> SyncOutcome {
        let whole = DirectorySync(source, path: path)
        let writing = try whole.writing(database)
        if cookies != nil { try writing.resume() }
        var entries = 0
        for kind in AttributeMap.order {
            guard let search = mapping.map.search(kind) else { continue }
            let cookie = cookies?.cookies[kind]?.octets
            let sync: ContentSync
            do {
                sync = try ContentSync(search, since: cookie, on: connection) { change in
                    switch change {
                    case .entry(let entry, let uuid):
                        entries += 1
                        if cookie != nil { try writing.tell(kind, uuid: uuid, isUnchanged: false) }
                        try whole.add(entry, kind, uuid, to: writing)
                    case .deleted(let uuid): if cookie != nil { try writing.tell(kind, uuid: uuid, isUnchanged: false) }
                    case .unchanged(let uuid): if cookie != nil { try writing.tell(kind, uuid: uuid, isUnchanged: true) }
                    }
                }
            } catch let error as LDAPError where error.kind == .noSuchObject && kind != .user {
                // As in a whole reading: a directory without that part of the tree has no such entries.
                continue
            } catch let error as LDAPError where error.kind == .refused {
                throw Refusal(error: error)
            }
            if cookie != nil { try writing.takeOver(kind, namesEverything: sync.namesEverything) }
            listening.append((kind, sync))
        }
        writing.cookies = try reached(listening)
        return try whole.settle(writing, entries, database, false, now())
    }

    /// How far the server says that it has told everything; nil where it tells no cookies.
    private func reached(_ listening: [Listening]) throws -> SyncCookies? {
        var cookies = SyncCookies()
        for (kind, sync) in listening {
            guard let octets = sync.cookie, let search = try mapping.map.fingerprint(kind) else { return nil }
            cookies.cookies[kind] = SyncCookies.Cookie(search: search, octets: octets)
        }
        return cookies
    }

    /// An entry that nothing can be made of any more is as good as gone.
    private func change(_ change: ContentChange, _ kind: DirectoryNames.Kind) -> SnapshotDatabase.Change? {
        switch change {
        case .deleted(let uuid): return .gone(kind, uuid: uuid)
        case .unchanged: return nil
        case .entry(let entry, let uuid):
            do throws(DirectoryFinding) { return .put(try mapping.object(entry, kind), kind, uuid: uuid) } catch {
                return .gone(kind, uuid: uuid, finding: error)
            }
        }
    }

    private func take(
        _ changes: [SnapshotDatabase.Change], _ database: SnapshotDatabase, _ cookies: SyncCookies?
    ) throws -> SyncOutcome {
        let (tenant, id) = (source.tenant, source.configuration.id)
        var state = try database.state(tenant, id)
        let removed = try database.removals(changes, tenant, id)
        let difference = SnapshotDifference(
            added: [:], changed: [.user: changes.count], returned: [:],
            removed: [.user: removed.accounts, .group: removed.others],
            present: [.user: state.users + state.sharedMailboxes, .group: state.groups + state.aliases])
        var outcome = SyncOutcome(
            tenant: tenant, directory: id, entries: changes.count, difference: difference)
        let recent = try database.recentlyMissing(state, at: now())
        if let held = Brake(source.configuration.brake).held(difference, recent: recent, at: now()) {
            state.held = held
            try database.keep(state)
            outcome.held = held
            return outcome
        }
        let applied = try database.apply(changes, tenant, id, cookies: cookies, at: now())
        outcome.passwords = applied.passwords
        if !applied.changed { outcome.difference.changed = [:] }
        return outcome
    }
}
