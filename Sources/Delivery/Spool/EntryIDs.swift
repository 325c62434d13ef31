internal import NIOConcurrencyHelpers
internal import NIOCore

/// Gives each entry its id. Ids are reserved durably ahead, so that none is given twice, whatever the clock does between
/// two starts: the store takes a delivery once, and would throw a second message of the same id away.
final class EntryIDs: Sendable {
    /// Microseconds reserved ahead: somewhat over an hour.
    private static let block: UInt64 = 1 << 32

    private struct State {
        var last: UInt64
        var reserved: UInt64
    }

    private let path: String
    private let files: any SpoolFileSystem
    private let microseconds: @Sendable () -> UInt64
    private let state: NIOLockedValueBox<State>

    /// Where nothing can be reserved now, as the disk is full perhaps, it gives no ids until `reserve` has succeeded.
    ///
    /// - Parameter greatest: of the entries that are in the spool.
    init(folder: String, files: any SpoolFileSystem, greatest: UInt64, microseconds: @escaping @Sendable () -> UInt64)
        throws(FileFailure)
    {
        path = "\(folder)/ids"
        self.files = files
        self.microseconds = microseconds
        var stored: UInt64 = 0
        if try files.names(in: folder).contains("ids") {
            stored = try files.read(path, from: 0, length: 8).getInteger(at: 0, as: UInt64.self) ?? 0
        }
        state = NIOLockedValueBox(State(last: max(stored, greatest), reserved: stored))
        try? reserve()
    }

    /// Nil where the next block could not be reserved.
    func next() -> EntryID? {
        state.withLockedValue { state in
            let id = max(microseconds(), state.last + 1)
            guard id < state.reserved else { return nil }
            state.last = id
            return EntryID(id)
        }
    }

    /// Whether half of what is reserved is used up.
    var isRunningLow: Bool { state.withLockedValue { max($0.last, microseconds()) + Self.block / 2 > $0.reserved } }

    /// Reserves the next block; blocks until it is durable.
    func reserve() throws(FileFailure) { try write { max($0.last, $1) + Self.block } }

    /// Gives back what is reserved and not used, at a clean stop.
    func giveBack() throws(FileFailure) { try write { state, _ in state.last + 1 } }

    private func write(_ bound: (State, UInt64) -> UInt64) throws(FileFailure) {
        let now = microseconds()
        let bound = state.withLockedValue { bound($0, now) }
        try? files.remove(path + ".new")
        let file = try files.create(path + ".new")
        defer { file.close() }
        var buffer = ByteBuffer()
        buffer.writeInteger(bound)
        try file.append(buffer)
        try file.sync()
        try files.rename(path + ".new", to: path)
        try files.syncFolder(String(path.dropLast(4)))
        state.withLockedValue { $0.reserved = bound }
    }
}
