internal import Mail
internal import Synchronization
internal import TLS

/// Carries notices between the processes of a host. Sockets have short queues, so datagrams get lost: a gap in the running
/// numbers makes the receiver look at every account that it watches, and so does whatever else is uncertain.
final class ChangeDatagrams: Sendable {
    private struct State {
        /// The newest of each account that is to be sent.
        var pending: [AccountID: ModSequence] = [:]
        var isStopped = false
    }

    private let folder: String
    private let sender: UInt64
    private let state = Mutex(State())
    private let bell: Bell

    /// From one sending to the next at least: notices are gathered meanwhile, for each of them costs every process a look.
    static let pause = Duration.milliseconds(50)
    /// How often logs are looked at.
    private static let lookInterval = Duration.seconds(1)

    init(folder: String) throws(FileError) {
        self.folder = folder
        sender = SecureRandom.octets(8).reduce(0) { $0 << 8 | UInt64($1) }
        bell = try Bell()
    }

    func enqueue(_ notice: ChangeNotice) {
        let isFirst = state.withLock { state in
            defer { state.pending[notice.account] = max(state.pending[notice.account] ?? .zero, notice.modSequence) }
            return state.pending.isEmpty
        }
        if isFirst { bell.ring() }
    }

    func stop() {
        state.withLock { $0.isStopped = true }
        bell.ring()
    }

    /// Receives and sends until `stop`; on a thread of its own.
    ///
    /// - Parameter told: gets each notice of another process.
    /// - Parameter look: looks at the logs of all watched accounts.
    func run(told: (ChangeNotice) -> Void, look: () -> Void) throws(FileError) {
        let socket = try DatagramSocket(path: "\(folder)/\(Hex16.text(sender))")
        let clock = ContinuousClock()
        var heard: [UInt64: UInt64] = [:]
        var sent: UInt64 = 0
        var nextSending = clock.now
        var nextLook = clock.now + Self.lookInterval
        while true {
            let (isStopped, isPending) = state.withLock { ($0.isStopped, !$0.pending.isEmpty) }
            guard !isStopped else { return }
            let next = isPending ? min(nextSending, nextLook) : nextLook
            socket.wait(clock.now.duration(to: next), or: bell)
            var isCertain = true
            while let octets = socket.receive(longest: ChangeDatagram.longest) {
                guard let datagram = ChangeDatagram(octets) else { continue }
                if let last = heard[datagram.sender], datagram.number != last &+ 1 { isCertain = false }
                if heard[datagram.sender] == nil, datagram.number != 1 { isCertain = false }
                heard[datagram.sender] = datagram.number
                for notice in datagram.notices { told(notice) }
            }
            let now = clock.now
            if !isCertain || now >= nextLook {
                look()
                nextLook = now + Self.lookInterval
            }
            if now >= nextSending, send(socket, &sent) { nextSending = now + Self.pause }
        }
    }

    /// - Returns: whether there was anything to send.
    private func send(_ socket: borrowing DatagramSocket, _ sent: inout UInt64) -> Bool {
        let pending = state.withLock { state in
            defer { state.pending = [:] }
            return state.pending.map { ChangeNotice(account: $0.key, modSequence: $0.value) }
        }
        guard !pending.isEmpty else { return false }
        let others = FileSystem.real.entries(folder).map { "\(folder)/\($0)" }.filter { $0 != socket.path }
        for start in stride(from: 0, to: pending.count, by: ChangeDatagram.limit) {
            sent += 1
            let notices = Array(pending[start..<min(start + ChangeDatagram.limit, pending.count)])
            let octets = ChangeDatagram(sender: sender, number: sent, notices: notices).octets
            for other in others { _ = socket.send(octets, to: other) }
        }
        return true
    }
}

/// 16 hexadecimal digits.
enum Hex16 {
    static func text(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
