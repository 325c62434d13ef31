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
    /// Directories that are read or listened to at once, each on a thread.
    package static let threads = 256

    private struct State {
        var isTouched = false
        var locks: [String: NIOLock] = [:]
        /// How often each directory was read: whoever waits goes on when a command has read it.
        var readings: [String: Int] = [:]
    }

    private let control: HostControl
    private let folders: HostFolders
    private let logins: HostDirectoryLogins
    private let threads = WaitingThreads(threads: DirectoryRounds.threads, waiting: DirectoryRounds.threads)
    private let now: @Sendable () -> Int64
    private let logger: Logger
    private let state = NIOLockedValueBox(State())

    package init(
        _ control: HostControl, _ folders: HostFolders, _ logins: HostDirectoryLogins, logger: Logger,
        now: @escaping @Sendable () -> Int64
    ) {
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
        var failures = 0
        // Nil while that is not known.
        var offersLive: Bool? = source.configuration.sync.live ? nil : false
        while !Task.isCancelled {
            var pause = source.configuration.sync.interval
            do {
                let isLive = source.configuration.sync.live ? try await isLive(source) : false
                offersLive = isLive
                // With a cookie, listening tells what has changed meanwhile; without one everything is read first.
                let resumes = isLive ? try await canResume(source) : false
                let isHeld = resumes ? false : try await read(source, allowsRemovals: false).held != nil
                failures = 0
                // Where it was not the brake that ended it, a reading of everything is due.
                if isLive, !isHeld, try await listen(source) { pause = .zero }
            } catch {
                guard !Task.isCancelled else { return }
                await noteFailure(source, error)
                pause = min(source.configuration.sync.interval, Self.firstRetry * (1 << min(failures, 12)))
                failures += 1
            }
            // Where there is nothing to listen to, a command's reading stands for the next one.
            while await wait(pause, source), offersLive == false { pause = source.configuration.sync.interval }
        }
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

    /// - Returns: whether it ended because it was stopped or a reading of everything is due.
    private func listen(_ source: DirectorySource) async throws -> Bool {
        let live = live(source)
        let (now, end) = (now, now() + LiveSync.wholeEvery)
        let stopped = NIOLockedValueBox(false)
        let lock = lock(of: source)
        return try await withTaskCancellationHandler {
            try await threads.run {
                try live.run(
                    isStopped: { stopped.withLockedValue { $0 } || now() >= end },
                    alone: { work in try lock.withLock { try work() } },
                    report: { self.take($0) })
            }
        } onCancel: {
            stopped.withLockedValue { $0 = true }
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
