internal import Glibc
internal import NIOConcurrencyHelpers
internal import NIOCore
internal import NIOPosix

/// A worker that this process started.
package final class ChildProcess: Sendable {
    /// Descriptors from here on are this process's own; those below are laid out for children.
    package static let firstOwnDescriptor: Int32 = 512
    /// Threads that wait for children, one each.
    package static let mostChildren = 8

    package let processID: Int32
    private let ended: EventLoopFuture<Exit>
    /// Set before the child is reaped: from then on its id may name another process.
    private let reaped: NIOLockedValueBox<Bool>
    private static let waiters: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: mostChildren)
        pool.start()
        return pool
    }()

    /// How a child ended.
    package enum Exit: Hashable, Sendable, CustomStringConvertible {
        case status(Int32)
        case signal(Int32)

        package var description: String {
            switch self {
            case .status(let code): "exit status \(code)"
            case .signal(let number): "signal \(number)"
            }
        }
    }

    /// Starts a program in a process group of its own, so that Ctrl-C reaches the supervisor alone, which stops in order.
    ///
    /// - Parameters:
    ///   - arguments: without the program's name.
    ///   - descriptors: become 3, 4, ... in the child; each is at least `firstOwnDescriptor`.
    /// - Throws: `SpawnError` where the program cannot be started.
    package init(
        _ path: String, arguments: [String] = [], environment: [String: String], descriptors: [Int32]
    ) throws(SpawnError) {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        for (offset, descriptor) in descriptors.enumerated() {
            unsafe posix_spawn_file_actions_adddup2(&actions, descriptor, 3 + Int32(offset))
        }
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        var all = sigset_t()
        unsafe sigemptyset(&none)
        unsafe sigfillset(&all)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))

        var child: pid_t = 0
        let code = unsafe withCStrings([path] + arguments) { argv in
            unsafe withCStrings(environment.map { "\($0.key)=\($0.value)" }) { envp in
                unsafe posix_spawn(&child, path, &actions, &attributes, argv, envp)
            }
        }
        guard code == 0 else { throw SpawnError(path: path, code: code) }
        let (processID, reaped) = (child, NIOLockedValueBox(false))
        self.processID = processID
        self.reaped = reaped
        ended = Self.waiters.runIfActive(eventLoop: MultiThreadedEventLoopGroup.singleton.any()) {
            var information = unsafe siginfo_t()
            while unsafe waitid(P_PID, id_t(processID), &information, WEXITED | WNOWAIT) < 0, errno == EINTR {}
            reaped.withLockedValue { $0 = true }
            var status: Int32 = 0
            while unsafe waitpid(processID, &status, 0) < 0, errno == EINTR {}
            return status & 0x7f == 0 ? .status(status >> 8 & 0xff) : .signal(status & 0x7f)
        }
    }

    /// Waits for the child's end.
    package func exit() async -> Exit { (try? await ended.get()) ?? .status(-1) }

    /// Sends a signal, unless the child has ended.
    package func send(signal: Int32) {
        reaped.withLockedValue { if !$0 { kill(processID, signal) } }
    }

    /// Asks the child to stop; after `deadline` it is killed.
    package func stop(within deadline: Duration) async -> Exit {
        send(signal: SIGTERM)
        let killer = Task {
            try await Task.sleep(for: deadline)
            send(signal: SIGKILL)
        }
        defer { killer.cancel() }
        return await exit()
    }
}

/// A program cannot be started.
package struct SpawnError: Error, Sendable, CustomStringConvertible {
    let path: String
    let code: Int32

    package var description: String { unsafe "\(path) cannot be started: \(String(cString: strerror(code)))" }
}

private func withCStrings<Result>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
    let pointers = unsafe strings.map { unsafe strdup($0) }
    defer { unsafe pointers.forEach { unsafe free($0) } }
    return unsafe body(pointers + [nil])
}
