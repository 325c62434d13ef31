package import Directory
internal import Mail
internal import MailConfiguration
internal import NIOPosix
internal import Provisioning
internal import SQL
internal import Store

/// Everything that changes a host: apply, rollback, and what user commands set. One change at a time, also across programs.
///
/// Order of a change: the new generation's folder is whole on disk, then control.db knows what it was made of, then
/// `current` leads to it. Stopped anywhere, the generation in force is whole and its files are known.
package actor HostControl {
    /// Generations kept to roll back to.
    package static let keptGenerations = 20
    private static let pool: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: 2)
        pool.start()
        return pool
    }()

    private let lane = Lane(pool: HostControl.pool)
    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe lane.asUnownedSerialExecutor() }

    let folders: HostFolders
    let now: @Sendable () -> Int64
    private var open: ControlDatabase?
    private var openSnapshots: SnapshotDatabase?
    /// How long tenants suspend whoever is missing, in seconds, by the files that say so.
    var suspensions: (applied: Int64, times: [TenantID: Int64])?
    var appliedDomains: AppliedDomains?

    /// - Parameter now: seconds since 1970.
    package init(_ folders: HostFolders, now: @escaping @Sendable () -> Int64 = { SystemTime.seconds }) {
        self.folders = folders
        self.now = now
    }

    func database() throws -> ControlDatabase {
        if let open { return open }
        let database = try ControlDatabase(folders)
        open = database
        return database
    }

    /// What the directories said last.
    func snapshots() throws -> SnapshotDatabase {
        if let openSnapshots { return openSnapshots }
        // Also makes the folder that it lies in.
        _ = try database()
        let made = try SnapshotDatabase(path: folders.snapshots)
        openSnapshots = made
        return made
    }

    /// After a generation is made, which this host's threads take turns at. What the snapshots' connection holds, its temporary
    /// tables and pages that it read, is of no more use.
    func giveMemoryBack() {
        openSnapshots = nil
        FreedMemory.giveBack()
    }

    /// What a change did.
    package struct Outcome: Codable, Sendable {
        /// Nil where nothing was to be done, and of what directories have changed.
        package var plan: Plan?
        /// The generation now in force.
        package var generation: Int
        /// By which sessions must end; `forEachRevocation` tells whose.
        package var revocations: ClosedRange<Int64>?
        /// What does not follow the generation although it is in force, each with its cure; nil where nobody looked.
        package var problems: [String]?
    }

    /// Revocations that are in memory at once.
    private static let revocationPage = 500

    /// Calls `body` with each of these that is still known, in order.
    func forEachRevocation(_ numbers: ClosedRange<Int64>?, _ body: @Sendable (Revocation) async -> Void) async throws {
        guard let numbers else { return }
        var last = numbers.lowerBound - 1
        while last < numbers.upperBound {
            let page = try database().revocations(after: last, upTo: numbers.upperBound, most: Self.revocationPage)
            guard let end = page.last else { return }
            for revocation in page { await body(revocation) }
            last = end.number
        }
    }

    // MARK: Plan and apply

    /// What an apply of these files would do now; nothing is changed.
    ///
    /// - Throws: `ControlError.badFiles`.
    package func plan(configuration: String) throws -> Plan {
        try prepare(reading(folder: configuration)).plan
    }

    /// Puts the files of a folder in force.
    ///
    /// - Parameter planned: the id of the plan that someone saw; nil applies whatever the files say now.
    /// - Throws: `ControlError.badFiles`, `.otherPlan`, `.busy`, with nothing changed.
    package func apply(configuration: String, plan planned: String?) throws -> Outcome {
        try locked { _ in
            let prepared = try prepare(reading(folder: configuration))
            try check(prepared.plan, against: planned)
            return try commit(prepared, reason: "apply")
        }
    }

    /// What a rollback would do now; nothing is changed.
    ///
    /// - Parameter number: nil is the newest one before with other files.
    package func rollbackPlan(to number: Int?) throws -> Plan { try prepareRollback(to: number).prepared.plan }

    /// Puts the files in force that an earlier generation was made of. What commands have set stays.
    ///
    /// - Parameters:
    ///   - number: nil is the newest one before with other files.
    ///   - planned: the id of the plan that someone saw; nil goes back whatever that means now.
    package func rollback(to number: Int?, plan planned: String? = nil) throws -> Outcome {
        try locked { _ in
            let (target, prepared) = try prepareRollback(to: number)
            try check(prepared.plan, against: planned)
            return try commit(prepared, reason: "rollback to \(target)")
        }
    }

    private func prepareRollback(to number: Int?) throws -> (target: Int, prepared: Prepared) {
        let database = try database()
        guard folders.generations.currentNumber != nil else { throw ControlError.noGeneration }
        let target = try number ?? earlier(database)
        guard let files = try database.applied(generation: target) else { throw ControlError.noSuchGeneration(target) }
        return (target, try prepare(reading(database.files(applied: files))))
    }

    private func check(_ plan: Plan, against planned: String?) throws {
        guard let planned, planned != plan.id else { return }
        throw ControlError.otherPlan(wanted: planned, found: plan.id.isEmpty ? "empty" : plan.id)
    }

    private func earlier(_ database: ControlDatabase) throws -> Int {
        guard let current = folders.generations.currentNumber, let applied = try database.applied(generation: current) else {
            throw ControlError.noGeneration
        }
        guard let before = try database.generation(before: current, filesOtherThan: applied) else {
            throw ControlError.nothingToRollBackTo
        }
        return before
    }

    /// Runs `body` while no other program changes the host.
    func locked<Result>(_ body: (ControlDatabase) throws -> Result) throws -> Result {
        // Also makes the folder that the lock lies in.
        let database = try database()
        return try ControlLock.hold(folders.lock) { try body(database) }
    }

    /// Makes the generation in force anew from the files as applied: after a change by a command, or a new version.
    func recompile(reason: String) throws -> Outcome {
        let database = try database()
        guard let current = folders.generations.currentNumber, let applied = try database.applied(generation: current) else {
            throw ControlError.noGeneration
        }
        let prepared = try prepare(reading(database.files(applied: applied)))
        return try commit(prepared, reason: reason, always: true)
    }

    /// The generation in force, made from the files where it cannot be read or there is none yet.
    ///
    /// - Parameter empty: what the host is where there is no generation and the files have errors, or are not there.
    /// - Throws: `ControlError.badFiles` where there is no generation and the files have errors.
    package func firstGeneration(orElse empty: EmptyHost? = nil) async throws -> Generation {
        if let number = folders.generations.currentNumber {
            if let generation = try? await Generation.open(folders.generations, number: number) { return generation }
            _ = try locked { _ in try recompile(reason: "new version") }
        } else {
            do { _ = try apply(configuration: folders.configuration, plan: nil) } catch ControlError.badFiles(let errors) {
                guard let empty else { throw ControlError.badFiles(errors) }
                _ = try locked { _ in try commit(prepare(ConfigurationReading(empty.files)), reason: EmptyHost.reason) }
            }
        }
        guard let number = folders.generations.currentNumber else { throw ControlError.noGeneration }
        return try await Generation.open(folders.generations, number: number)
    }

    /// Newest first.
    package func generations() throws -> [GenerationEntry] {
        try database().generations(current: folders.generations.currentNumber)
    }
}
