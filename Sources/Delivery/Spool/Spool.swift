package import Logging
internal import NIOConcurrencyHelpers
internal import NIOPosix

/// Where accepted messages stand until they are filed everywhere: a journal that many sessions flush together.
///
/// `spool/journal` holds segments of records, `spool/bodies` large bodies, `spool/messages` a file for each message that
/// waits longer. One thread writes; each flush makes durable whatever has come together while the one before it ran. One
/// process at a time has a spool open.
package final class Spool: Sendable {
    let folder: String
    let files: any SpoolFileSystem
    let limits: SpoolLimits
    let seed: UInt32
    let logger: Logger
    /// Seconds since 1970.
    let now: @Sendable () -> Int64
    let jobs = JobQueue()
    let ids: EntryIDs
    /// Threads for bodies in files of their own, and for reading.
    let bodyThreads: NIOThreadPool
    private let writerThread = NIOThreadPool(numberOfThreads: 1)
    private let lock: any SpoolFile
    let state: NIOLockedValueBox<State>
    /// What recovery found amiss, as sentences.
    package let findings: [String]

    struct State {
        var entries: [EntryID: SpoolEntry] = [:]
        /// What the process before left, in the order of acceptance, until it is taken up.
        var recovered: [SpoolEntry] = []
        /// Keys of entries: what deliveries make is made once.
        var derived: Set<[UInt8]> = []
        var octets = 0
        /// Octets announced or received of messages that are under way.
        var receiving = 0
        var cached = 0
        /// Entries whose acceptance began their first attempt, which has not ended.
        var begun = 0
        /// Whether what arrives is tried at once; else its acceptance begins no attempt.
        var triesArrivals = true
        var freeDisk = Int.max
        var isBroken = false
        var arrived: @Sendable (SpoolEntry) -> Void = { _ in }
        /// Called by the writer after each of its turns, for whoever waits for what it does by itself.
        var turned: @Sendable () -> Void = {}
        var broke: [AsyncStream<Never>.Continuation] = []
    }

    /// Opens the spool and recovers what is in it; blocks.
    ///
    /// - Parameters:
    ///   - folder: made where there is none.
    ///   - clock: microseconds since 1970.
    /// - Throws: `SpoolFailure.inUse`, or `.disk`.
    package init(
        folder: String, files: any SpoolFileSystem = DiskFileSystem(), limits: SpoolLimits = SpoolLimits(), logger: Logger,
        clock: @escaping @Sendable () -> UInt64
    ) throws(SpoolFailure) {
        self.folder = folder
        self.files = files
        self.limits = limits
        self.logger = logger
        now = { Int64(clock() / 1_000_000) }
        seed = UInt32.random(in: .min ... .max)
        bodyThreads = NIOThreadPool(numberOfThreads: limits.bodyThreads)
        let recovered: SpoolRecovery
        var taken: (any SpoolFile)?
        do {
            for name in ["", "/journal", "/bodies", "/messages"] { try files.makeFolder(folder + name) }
            // Its own entries are flushed with the ids; the folder's stands in the one above.
            try files.syncFolder(folder + "/..")
            taken = try files.lock("\(folder)/lock")
            guard let taken else { throw SpoolFailure.inUse }
            lock = taken
            recovered = try SpoolRecovery(folder: folder, files: files)
            ids = try EntryIDs(folder: folder, files: files, greatest: recovered.greatestID, microseconds: clock)
        } catch {
            taken?.close()
            throw error as? SpoolFailure ?? (error as? FileFailure).map { .disk($0) } ?? .broken
        }
        findings = recovered.findings
        var state = State()
        state.recovered = recovered.entries
        for entry in recovered.entries {
            state.entries[entry.id] = entry
            state.octets += entry.size
            state.derived.insert(entry.acceptance.key)
        }
        self.state = NIOLockedValueBox(state)
        bodyThreads.start()
        writerThread.start()
        let writer = SpoolWriter(spool: self, recovered: recovered)
        writerThread.submit { _ in
            var writer = writer
            writer.run()
        }
    }

    /// Writes what waits, gives everything back.
    package func close() async {
        jobs.close()
        try? await writerThread.shutdownGracefully()
        try? await bodyThreads.shutdownGracefully()
        try? ids.giveBack()
        lock.close()
    }

    // MARK: Looking

    /// In the order of their acceptance.
    package var entries: [SpoolEntry] { state.withLockedValue { Array($0.entries.values) }.sorted { $0.id < $1.id } }

    /// What the process before left, in the order of acceptance; once.
    package func takeRecovered() -> [SpoolEntry] {
        state.withLockedValue { state in
            defer { state.recovered = [] }
            return state.recovered
        }
    }

    package func entry(_ id: EntryID) -> SpoolEntry? { state.withLockedValue { $0.entries[id] } }

    package var count: Int { state.withLockedValue { $0.entries.count } }

    /// Held by the operator, held as crashed, and when the oldest one was accepted (seconds since 1970).
    package var summary: (held: Int, crashed: Int, oldest: Int64?) {
        var summary: (held: Int, crashed: Int, oldest: Int64?) = (0, 0, nil)
        for entry in state.withLockedValue({ Array($0.entries.values) }) {
            switch entry.progress.hold {
            case .byOperator: summary.held += 1
            case .crashed: summary.crashed += 1
            case nil: break
            }
            summary.oldest = min(summary.oldest ?? .max, entry.acceptance.time)
        }
        return summary
    }

    /// Octets of all messages in it.
    package var octets: Int { state.withLockedValue { $0.octets } }

    /// Why nothing more is taken now; nil while there is room.
    ///
    /// - Parameter size: octets that are to come.
    package func refusal(of size: Int) -> SpoolFailure? { state.withLockedValue { refusal(of: size, $0) } }

    func refusal(of size: Int, _ state: State) -> SpoolFailure? {
        if state.isBroken { return .broken }
        if state.entries.count >= limits.entries { return .full(limit: "entries") }
        if state.octets + state.receiving + size > limits.size { return .full(limit: "spool.size") }
        if state.freeDisk - size < limits.freeDisk { return .full(limit: "spool.free_disk") }
        return nil
    }

    // MARK: Events

    /// Calls `body` with each entry once it is durable, on the writer thread; it must not block.
    package func onArrival(_ body: @escaping @Sendable (SpoolEntry) -> Void) { state.withLockedValue { $0.arrived = body } }

    /// Whether a flush has failed: nothing more may be accepted in this process.
    package var isBroken: Bool { state.withLockedValue { $0.isBroken } }

    /// Returns when the spool is broken, at once where it is, or when the task is cancelled.
    package func untilBroken() async {
        let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
        let isBroken = state.withLockedValue { state in
            state.broke.append(continuation)
            return state.isBroken
        }
        if isBroken { continuation.finish() }
        for await _ in stream {}
    }

    func markBroken() {
        let waiting = state.withLockedValue { state in
            state.isBroken = true
            defer { state.broke.removeAll() }
            return state.broke
        }
        logger.critical("a flush to the disk has failed; nothing more is accepted until the process starts anew")
        for continuation in waiting { continuation.finish() }
    }
}
