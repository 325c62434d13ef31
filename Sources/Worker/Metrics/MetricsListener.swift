internal import Glibc
package import Logging
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
package import ServiceLifecycle

/// Where a program shows what it measures. It is for this machine alone: who may not read it cannot reach it.
package enum MetricsPlace: Sendable, Hashable, CustomStringConvertible {
    /// An address of this machine's own (127.0.0.0/8 or ::1).
    case loopback(address: String, port: Int)
    /// Made with mode 0660; whatever lay there is replaced.
    case unixSocket(path: String)

    /// - Parameters:
    ///   - port: nil for none.
    ///   - socket: nil for none.
    package static func places(address: String, port: UInt16?, socket: String?) -> [MetricsPlace] {
        (port.map { [.loopback(address: address, port: Int($0))] } ?? []) + (socket.map { [.unixSocket(path: $0)] } ?? [])
    }

    package var description: String {
        switch self {
        case .loopback(let address, let port): address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
        case .unixSocket(let path): path
        }
    }
}

/// Answers `GET /metrics` in Prometheus' text format.
///
/// A place that cannot be had is a problem of the program's health, not its end; it is tried again until it can.
package struct MetricsListener: Service {
    /// How long a client may be silent.
    static let idle = TimeAmount.seconds(30)
    /// How long until a place is tried again.
    static let pause: Duration = .seconds(10)

    private let place: MetricsPlace
    private let registry: MetricsRegistry
    private let report: HealthReport
    private let logger: Logger

    package init(at place: MetricsPlace, registry: MetricsRegistry = .shared, report: HealthReport, logger: Logger) {
        self.place = place
        self.registry = registry
        self.report = report
        self.logger = logger
    }

    /// A listener for each place, and the measuring of event loops; nothing where there is no place.
    package static func services(at places: [MetricsPlace], report: HealthReport, logger: Logger) -> [any Service] {
        guard !places.isEmpty else { return [] }
        return [LoopLag()] + places.map { MetricsListener(at: $0, report: report, logger: logger) }
    }

    package func run() async throws { try await run(listening: { _ in }) }

    /// - Parameter listening: called with the bound address once questions are taken.
    func run(listening: @escaping @Sendable (SocketAddress?) -> Void) async throws {
        await cancelWhenGracefulShutdown {
            guard let channel = await open() else { return }
            listening(channel.localAddress)
            await withTaskCancellationHandler {
                try? await channel.closeFuture.get()
            } onCancel: {
                channel.close(promise: nil)
            }
            if case .unixSocket(let path) = place { _ = unsafe unlink(path) }
        }
    }

    /// Nil once the program stops.
    private func open() async -> (any Channel)? {
        var told: String?
        defer { if let told { report.solved(told) } }
        while !Task.isCancelled {
            do { return try await bind() } catch {
                let sentence = "metrics cannot be shown at \(place) (\(error)); free it, or change 'metrics' in malaposta.yaml"
                if told == nil {
                    report.problem(sentence)
                    logger.error("metrics cannot be shown", metadata: ["place": "\(place)", "error": "\(error)"])
                    told = sentence
                }
            }
            try? await Task.sleep(for: Self.pause)
        }
        return nil
    }

    private func bind() async throws -> any Channel {
        let (registry, report) = (registry, report)
        let text: @Sendable () -> String = { report.metricsText + registry.text + ProcessMeasures.text }
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(IdleStateHandler(allTimeout: Self.idle))
                    try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
                    try pipeline.addHandler(MetricsHandler(text))
                }
            }
        switch place {
        case .loopback(let address, let port): return try await bootstrap.bind(host: address, port: port).get()
        case .unixSocket(let path):
            let channel = try await bootstrap.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
            _ = unsafe chmod(path, 0o660)
            return channel
        }
    }
}

/// One connection: each request is answered when it has ended; its body is passed over.
private final class MetricsHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let text: @Sendable () -> String
    private var head: HTTPRequestHead?

    init(_ text: @escaping @Sendable () -> String) { self.text = text }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body: break
        case .end:
            guard let head else { return }
            self.head = nil
            answer(head, context)
        }
    }

    private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let path = head.uri.split(separator: "?", omittingEmptySubsequences: false).first ?? ""
        let isAsked = path == "/metrics" && (head.method == .GET || head.method == .HEAD)
        let body = ByteBuffer(string: isAsked ? text() : "see /metrics\n")
        var headers = HTTPHeaders([
            ("Content-Type", isAsked ? PrometheusText.contentType : "text/plain"), ("Content-Length", "\(body.readableBytes)"),
        ])
        if !head.isKeepAlive { headers.add(name: "Connection", value: "close") }
        let response = HTTPResponseHead(version: head.version, status: isAsked ? .ok : .notFound, headers: headers)
        context.write(wrapOutboundOut(.head(response)), promise: nil)
        if head.method != .HEAD { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        let written = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        if !head.isKeepAlive { written.assumeIsolated().whenComplete { _ in context.close(promise: nil) } }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
