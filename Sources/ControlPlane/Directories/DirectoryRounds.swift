internal import Directory
internal import LDAP
package import Logging
internal import Mail
internal import MailConfiguration
internal import NIOConcurrencyHelpers
internal import Provisioning
internal import SQL

/// Keeps the directories of all tenants read: each by a task of its own, live where its server offers that, else every interval.
/// What they change is gathered for a few seconds into one generation.
package final class DirectoryRounds: Sendable {
    /// Between looks at what is applied, and at who has been missing for long enough.
    package static let look: Duration = .seconds(2)
    /// Changes of so long become one generation.
    package static let gathering: Duration = .seconds(3)
    /// After a failure; doubled with each further one, up to the directory's interval.
    package static let firstRetry: Duration = .seconds(5)
    /// So long listening has to go on to count as a success, in seconds: a server that ends it at once is asked ever less often.
    package static let steady: Int64 = 60

    package struct Limits: Sendable {
        /// Directories that are listened to at once, each on a thread of its own; all others are read every interval.
        var listened = 256
        /// Readings, and shorter questions, at once; those of other directories wait for a thread.
        var readings = 32
        /// Directories, and commands, that may wait for one.
        var waiting = 65_536

        package init() {}
    }

    private struct State {
        var isTouched = false
        var listened = 0
        var locks: [String: NIOLock] = [:]
        /// How often each directory was read: whoever waits goes on when a command has read it.
        var readings: [String: Int] = [:]
    }

    private let control: HostControl
    private let folders: HostFolders
    private let logins: HostDirectoryLogins
    private let limits: Limits
    private let threads: WaitingThreads
    private let now: @Sendable () -> Int64
    private let logger: Logger
    private let state = NIOLockedValueBox(State())

    package init(
        _ control: HostControl, _ folders: HostFolders, _ logins: HostDirectoryLogins, limits: Limits = Limits(),
        logger: Logger, now: @escaping @Sendable () -> Int64
    ) {
        self.limits = limits
        threads = WaitingThreads(threads: limits.readings, waiting: limits.waiting)
        self.control = control
        self.folders = folders
        self.logins = logins
        self.logger = logger
        self.now = now
    }

    /// Goes on until the task is cancelled.
    ///
    /// - Parameter change: makes a new generation known.
    package func run(change: @escaping @Sendable (HostControl.Outcome) async -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.gather(change) }
            group.addTask { await self.follow() }
            await group.waitForAll()
        }
    }

    // MARK: Which directories

    /// Reads those that the files as applied name; others than before where those change.
    private func follow() async {
        var applied: Int64?
        var tasks: [(source: DirectorySource, task: Task<Void, Never>)] = []
        defer { for (_, task) in tasks { task.cancel() } }
        while !Task.isCancelled {
            do {
                let newest = try await control.appliedFiles()
                if newest != applied {
                    let sources = try await control.directorySources()
                    await logins.use(sources)
                    for (_, task) in tasks.filter({ !sources.contains($0.source) }) { task.cancel() }
                    tasks.removeAll { !sources.contains($0.source) }
                    for source in sources where !tasks.contains(where: { $0.source == source }) {
                        tasks.append((source, Task { await self.keep(source) }))
                    }
                    applied = newest
                }
            } catch {
                logger.error("which directories there are cannot be read", metadata: ["cause": "\(error)"])
            }
            try? await Task.sleep(for: Self.look)
        }
    }

    // MARK: One directory

    private func keep(_ source: DirectorySource) async {
        let settings = source.configuration.sync
        var failures = 0
        // Nil while that is not known.
        var isListened: Bool? = settings.live ? nil : false
        while !Task.isCancelled {
            var pause = settings.interval
            do {
                let ending = try await round(source)
                failures = 0
                // Where it was not the brake that ended it, a reading of everything is due.
                if ending == .due { pause = .zero }
                if case .notOffered = ending { isListened = false } else { isListened = true }
            } catch {
                guard !Task.isCancelled else { return }
                await noteFailure(source, error)
                if let lost = error as? LiveSync.Lost, lost.after >= Self.steady { failures = 0 }
                pause = min(settings.interval, Self.firstRetry * (1 << min(failures, 12)))
                failures += 1
            }
            // Where there is nothing to listen to, a command's reading stands for the next one.
            while await wait(pause, source), isListened == false { pause = settings.interval }
        }
    }

    /// One reading, and listening after it.
    private func round(_ source: DirectorySource) async throws -> LiveSync.Ending {
        guard source.configuration.sync.live, try await isLive(source) else {
            _ = try await read(source, allowsRemovals: false)
            await noteRefusal(source, nil)
            return .notOffered("the server does not say that it tells changes")
        }
        // With a cookie, listening tells what has changed meanwhile; without one everything is read first.
        if try await !canResume(source), try await read(source, allowsRemovals: false).held != nil { return .held }
        let ending = try await listen(source)
        if case .notOffered(let reason) = ending { await noteRefusal(source, reason) }
        return ending
    }

    /// Until the time is over, or a command has read the directory meanwhile.
    ///
    /// - Returns: whether a command has.
    private func wait(_ time: Duration, _ source: DirectorySource) async -> Bool {
        let key = Self.key(source)
        let before = state.withLockedValue { $0.readings[key] }
        let end = ContinuousClock.now + time
        while !Task.isCancelled, ContinuousClock.now < end, state.withLockedValue({ $0.readings[key] }) == before {
            try? await Task.sleep(for: min(.seconds(1), time))
        }
        return !Task.isCancelled && state.withLockedValue { $0.readings[key] } != before
    }

    private static func key(_ source: DirectorySource) -> String { "\(source.tenant)/\(source.configuration.id)" }

    private func isLive(_ source: DirectorySource) async throws -> Bool {
        let live = live(source)
        return try await threads.run { try live.isOffered() }
    }

    private func canResume(_ source: DirectorySource) async throws -> Bool {
        let (live, now) = (live(source), now())
        return try await threads.run { try live.canResume(at: now) }
    }

    private func live(_ source: DirectorySource) -> LiveSync { LiveSync(source, path: folders.snapshots, now: now) }

    private func listen(_ source: DirectorySource) async throws -> LiveSync.Ending {
        let isPlace = state.withLockedValue { state in
            guard state.listened < limits.listened else { return false }
            state.listened += 1
            return true
        }
        guard isPlace else { return .notOffered("\(limits.listened) other directories are listened to, more are read only") }
        defer { state.withLockedValue { $0.listened -= 1 } }
        let live = live(source)
        let stopped = NIOLockedValueBox(false)
        let lock = lock(of: source)
        let thread = WaitingThreads(threads: 1, waiting: 0)
        return try await withTaskCancellationHandler {
            try await thread.run {
                try live.run(
                    isStopped: { stopped.withLockedValue { $0 } },
                    alone: { work in try lock.withLock { try work() } },
                    report: { self.take($0) })
            }
        } onCancel: {
            stopped.withLockedValue { $0 = true }
        }
    }

    /// Notes why a directory is not listened to; nil where nobody is to be told.
    private func noteRefusal(_ source: DirectorySource, _ reason: String?) async {
        let path = folders.snapshots
        try? await threads.run {
            try SnapshotDatabase(path: path).noteLive(source.tenant, source.configuration.id, false, refusal: reason)
        }
    }

    private func noteFailure(_ source: DirectorySource, _ error: any Error) async {
        logger.warning(
            "directory cannot be read; what it said last goes on serving",
            metadata: [
                "tenant": "\(source.tenant)", "directory": "\(source.configuration.id)", "cause": "\(error)",
            ])
        let (path, now) = (folders.snapshots, now())
        let reason = "\(error)"
        try? await threads.run {
            try SnapshotDatabase(path: path).noteFailure(source.tenant, source.configuration.id, reason, at: now)
        }
    }

    /// One reading, while nobody else changes what is known of this directory.
    func read(_ source: DirectorySource, allowsRemovals: Bool) async throws -> SyncOutcome {
        let sync = DirectorySync(source, path: folders.snapshots)
        let (lock, now) = (lock(of: source), now)
        let outcome = try await threads.run { try lock.withLock { try sync.run(allowsRemovals: allowsRemovals, now: now()) } }
        state.withLockedValue { $0.readings[Self.key(source), default: 0] += 1 }
        take(outcome)
        return outcome
    }

    private func lock(of source: DirectorySource) -> NIOLock {
        state.withLockedValue { state in
            let key = Self.key(source)
            let lock = state.locks[key] ?? NIOLock()
            state.locks[key] = lock
            return lock
        }
    }

    // MARK: Generations

    private func take(_ outcome: SyncOutcome) {
        if let held = outcome.held {
            logger.warning(
                "\(held.sentence)", metadata: ["tenant": "\(outcome.tenant)", "directory": "\(outcome.directory)"])
        }
        if outcome.isChange || outcome.passwords > 0 { state.withLockedValue { $0.isTouched = true } }
    }

    private func gather(_ change: @Sendable (HostControl.Outcome) async -> Void) async {
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.gathering)
            guard !Task.isCancelled else { return }
            do {
                if let outcome = try await settle() { await change(outcome) }
            } catch ControlError.busy {
                // Somebody else changes the host; it stays noted.
            } catch {
                logger.error("what directories changed cannot be put in force", metadata: ["cause": "\(error)"])
            }
        }
    }

    /// Makes a generation of what has been gathered; nil where there is nothing.
    func settle() async throws -> HostControl.Outcome? {
        let isTouched = state.withLockedValue { $0.isTouched }
        let needsRejoin = try await control.needsRejoin()
        guard isTouched || needsRejoin else { return nil }
        state.withLockedValue { $0.isTouched = false }
        do {
            let outcome = try await control.rejoin(reason: "directories")
            try await control.forgetExpired()
            await control.giveMemoryBack()
            return outcome
        } catch {
            state.withLockedValue { $0.isTouched = true }
            throw error
        }
    }
}
