internal import Glibc
internal import LocalSocket
package import Logging
internal import NIOConcurrencyHelpers
internal import ServiceLifecycle
internal import Worker

/// Starts workers with their listeners, waits until they are ready, starts them again when they die, and stops them in order.
package final class Supervisor: Service {
    /// How long a worker may take to say that it is healthy before it is killed and tried again.
    package static let readinessDeadline: Duration = .seconds(60)
    /// How long a worker may take to stop before it is killed; longer than its own deadline for sessions.
    package static let stopDeadline: Duration = .seconds(25)
    /// How often a worker that is starting is asked how it is.
    package static let readinessPause: Duration = .milliseconds(50)

    /// One program to keep running.
    package struct Program: Sendable {
        package var name: String
        package var executable: String
        package var healthSocket: String
        package var listeners: [BoundListener]
        package var environment: [String: String]

        package init(
            name: String, executable: String, healthSocket: String, listeners: [BoundListener], environment: [String: String]
        ) {
            self.name = name
            self.executable = executable
            self.healthSocket = healthSocket
            self.listeners = listeners
            self.environment = environment
        }
    }

    private struct State {
        var children: [String: ChildProcess] = [:]
        var ready: Set<String> = []
        var stopping = false
    }

    private let programs: [Program]
    private let pipe: SupervisorPipe
    private let logger: Logger
    private let allReady: @Sendable () async -> Void
    private let state = NIOLockedValueBox(State())

    /// - Parameters:
    ///   - programs: in the order of starting; they are stopped in the reverse order.
    ///   - allReady: called once, when every program is healthy for the first time.
    /// - Throws: where no pipe can be made.
    package init(
        _ programs: [Program], logger: Logger, allReady: @escaping @Sendable () async -> Void = {}
    ) throws(SpawnError) {
        self.programs = programs
        self.logger = logger
        self.allReady = allReady
        pipe = try SupervisorPipe()
    }

    /// Ids of the programs that run now, by name.
    package var processIDs: [String: Int32] { state.withLockedValue { $0.children.mapValues(\.processID) } }

    /// Keeps all programs running until the group stops.
    ///
    /// - Throws: `GaveUp` when one cannot be kept running, `SpawnError` when one cannot be started; the others are stopped first.
    package func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for program in programs { group.addTask { try await self.keep(program) } }
            group.addTask {
                try? await gracefulShutdown()
                await self.stopAll()
            }
            do { while try await group.next() != nil {} } catch {
                group.cancelAll()
                if !(error is CancellationError) { throw error }
            }
        }
    }

    private func keep(_ program: Program) async throws {
        var policy = RestartPolicy()
        while !state.withLockedValue({ $0.stopping }) {
            let child: ChildProcess
            do { child = try start(program) } catch {
                await stopAll()
                throw error
            }
            let readiness = Task { await self.awaitReadiness(of: program, child) }
            let watch = Task {
                if await readiness.value != nil { await self.watch(program, child) }
            }
            let exit = await child.exit()
            watch.cancel()
            readiness.cancel()
            let readySince = await readiness.value
            if state.withLockedValue({ $0.stopping }) { return }
            try await pause(program, after: exit, policy.decide(served: readySince.map { $0.duration(to: .now) }))
        }
    }

    private func start(_ program: Program) throws -> ChildProcess {
        var environment = program.environment
        environment["LISTEN_FDS"] = String(program.listeners.count)
        environment["LISTEN_FDNAMES"] = program.listeners.map(\.name).joined(separator: ":")
        environment["MALAPOSTA_SUPERVISOR_FD"] = String(3 + program.listeners.count)
        let child = try ChildProcess(
            program.executable, environment: environment,
            descriptors: program.listeners.map(\.descriptor) + [pipe.readingEnd])
        state.withLockedValue { $0.children[program.name] = child }
        logger.info("worker started", metadata: ["worker": "\(program.name)", "pid": "\(child.processID)"])
        return child
    }

    private func pause(_ program: Program, after exit: ChildProcess.Exit, _ decision: RestartPolicy.Decision) async throws {
        switch decision {
        case .restart(let pause):
            logger.warning(
                "worker ended; it is started again",
                metadata: ["worker": "\(program.name)", "ended": "\(exit)", "pause": "\(pause)"])
            try await Task.sleep(for: pause)
        case .giveUp:
            await stopAll()
            throw GaveUp(program: program.name, exit: exit)
        }
    }

    /// When the child was healthy for the first time; nil where it never was.
    private func awaitReadiness(of program: Program, _ child: ChildProcess) async -> ContinuousClock.Instant? {
        let client = LocalClient(path: program.healthSocket)
        let deadline = ContinuousClock.now + Self.readinessDeadline
        while !Task.isCancelled {
            if let health = try? await client.ask(HealthQuestion(), within: .seconds(1)), health.processID == child.processID,
                health.state == .healthy || health.state == .unhealthy
            {
                await becameReady(program)
                return .now
            }
            if ContinuousClock.now > deadline {
                logger.error("worker is not ready in time; it is killed", metadata: ["worker": "\(program.name)"])
                child.send(signal: SIGKILL)
                return nil
            }
            try? await Task.sleep(for: Self.readinessPause)
        }
        return nil
    }

    /// Stops a worker that is alive, but does not answer or wants it; it is then started again as any that ended.
    private func watch(_ program: Program, _ child: ChildProcess) async {
        let client = LocalClient(path: program.healthSocket)
        var policy = UnresponsivePolicy()
        let start = ContinuousClock.now
        while (try? await Task.sleep(for: WorkerWatch.pause)) != nil {
            let health = try? await client.ask(HealthQuestion(), within: WorkerWatch.answerTime)
            guard !Task.isCancelled, !state.withLockedValue({ $0.stopping }) else { return }
            guard policy.observe(UnresponsivePolicy.Observation(health), at: start.duration(to: .now)) else { continue }
            logger.error("worker is alive, but not well; it is started again", metadata: ["worker": "\(program.name)"])
            _ = await child.stop(within: Self.stopDeadline)
        }
    }

    private func becameReady(_ program: Program) async {
        logger.info("worker is ready", metadata: ["worker": "\(program.name)"])
        let complete = state.withLockedValue { state in
            guard state.ready.count < programs.count else { return false }
            state.ready.insert(program.name)
            return state.ready.count == programs.count
        }
        if complete { await allReady() }
    }

    /// In the reverse order of starting: the web goes before the mail worker that takes its messages.
    private func stopAll() async {
        let children = state.withLockedValue { state in
            state.stopping = true
            return programs.reversed().compactMap { state.children[$0.name] }
        }
        for child in children { _ = await child.stop(within: Self.stopDeadline) }
    }
}

/// A worker died too often.
package struct GaveUp: Error, Sendable, CustomStringConvertible {
    let program: String
    let exit: ChildProcess.Exit

    package var description: String {
        "\(program) ended \(RestartPolicy.mostDeaths) times in a row before it was ready, "
            + "at last with \(exit); its last log lines say why. Everything is stopped."
    }
}

/// The pipe by whose end workers know that their supervisor is gone, even by SIGKILL: nobody else holds its writing end.
private struct SupervisorPipe: Sendable {
    let readingEnd: Int32
    private let writingEnd: Int32

    init() throws(SpawnError) {
        var ends: [Int32] = [0, 0]
        guard unsafe pipe(&ends) == 0 else { throw SpawnError(path: "pipe", code: errno) }
        readingEnd = fcntl(ends[0], F_DUPFD_CLOEXEC, ChildProcess.firstOwnDescriptor)
        writingEnd = fcntl(ends[1], F_DUPFD_CLOEXEC, ChildProcess.firstOwnDescriptor)
        for end in ends { close(end) }
    }
}
