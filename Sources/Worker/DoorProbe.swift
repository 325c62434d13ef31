package import Mail
internal import NIOCore
internal import NIOPosix
internal import ServiceLifecycle

/// Knocks at this worker's own doors, as a client does: a worker whose doors stand closed is alive, and of no use.
///
/// Three times unanswered in a row it says so in the health report, with the wish to be started again.
package struct DoorProbe: Service {
    /// One door that greets before its client says anything: `smtp`, `submission`, `imap`.
    package struct Door: Sendable {
        package let name: String
        package let place: LocalAddress

        package init(name: String, place: LocalAddress) { (self.name, self.place) = (name, place) }
    }

    /// How often each door is knocked at.
    package static let pause: Duration = .seconds(20)
    /// How long a greeting may take.
    package static let patience: Duration = .seconds(10)
    static let chances = 3

    private let doors: [Door]
    private let report: HealthReport
    private let knock: @Sendable (Door) async -> Bool

    /// - Parameter proxies: as malaposta.yaml declares them at the moment.
    package init(_ doors: [Door], report: HealthReport, proxies: @escaping @Sendable () -> [IPNetwork]) {
        self.init(doors, report: report) { door in
            let isProxy = proxies().contains { $0.contains(door.place.reachable) }
            return await Self.greets(door, asProxy: isProxy)
        }
    }

    /// - Parameter knock: whether a door answers.
    init(_ doors: [Door], report: HealthReport, knock: @escaping @Sendable (Door) async -> Bool) {
        self.doors = doors
        self.report = report
        self.knock = knock
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var misses: [String: Int] = [:]
            while (try? await Task.sleep(for: Self.pause)) != nil { await look(&misses) }
        }
    }

    /// One round.
    func look(_ misses: inout [String: Int]) async {
        for door in doors {
            let sentence =
                "\(door.name) at \(door.place.address) port \(door.place.port) does not answer; the worker is started again"
            if await knock(door) {
                if (misses.updateValue(0, forKey: door.name) ?? 0) >= Self.chances { report.solved(sentence) }
            } else {
                misses[door.name, default: 0] += 1
                if misses[door.name] == Self.chances { report.problem(sentence, curedByRestart: true) }
            }
        }
    }

    /// Whether anything comes within `patience`, a refusal included.
    ///
    /// - Parameter asProxy: whether the door wants to be told first for whom we come.
    static func greets(_ door: Door, asProxy: Bool) async -> Bool {
        do {
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(TimeAmount(patience))
                .connect(host: door.place.reachable, port: door.place.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                    }
                }
            let timer = channel.channel.eventLoop.scheduleTask(in: TimeAmount(patience)) { channel.channel.close(promise: nil) }
            defer { timer.cancel() }
            return try await channel.executeThenClose { inbound, outbound in
                if asProxy { try await outbound.write(ByteBuffer(bytes: ProxyHeader.local)) }
                for try await _ in inbound { return true }
                return false
            }
        } catch { return false }
    }
}
