internal import Directory
internal import HTTPTypes
internal import HummingbirdCore
internal import LocalSocket
internal import Logging
internal import Mail
internal import MailConfiguration
internal import Metering
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import TLS
internal import Worker

/// Serves the site at one listening socket that was bound before.
///
/// Hummingbird's own server binds host names; here its HTTP/1.1 channel is set up on connections that we accept.
struct WebListener: Sendable {
    enum Kind: Sendable {
        /// TLS with the host's certificate of the moment.
        case https(ServerCertificates)
        /// The site in the clear: loopback only.
        case plain
        /// Says where the site is over TLS.
        case redirect(port: Int)
    }

    let descriptor: Int32
    let kind: Kind
    let site: Site
    let connections: OpenConnections
    let limits: WebLimits
    let logger: Logger

    private var isSecure: Bool { if case .https = kind { true } else { false } }

    func run() async throws {
        let http = channel
        let kind = kind
        let logger = logger
        let (stall, unread, farewell) = (limits.stall, limits.unread, limits.farewell)
        let server = try await Listeners.accept(at: descriptor) { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(StalledWrites(patience: stall, unread: unread))
                if case .https(let certificates) = kind {
                    try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: certificates.context))
                }
            }.flatMap { http.setup(channel: channel, logger: logger) }.flatMapThrowing { connection in
                try EarlyAnswers.watch(channel, patience: farewell)
                return AcceptedConnection(connection)
            }
        }
        try await withTaskCancellationHandler {
            try await withThrowingDiscardingTaskGroup { group in
                try await server.executeThenClose { connections in
                    for try await accepted in connections {
                        guard let connection = accepted.take() else { continue }
                        guard let place = place(for: connection.channel.remoteAddress?.ipAddress ?? "") else {
                            connection.channel.close(promise: nil)
                            // The wrapped channel must be used before it is let go.
                            group.addTask { try? await connection.executeThenClose { _, _ in } }
                            continue
                        }
                        group.addTask {
                            await http.handle(value: connection, logger: logger)
                            withExtendedLifetime(place) {}
                        }
                    }
                }
            }
        } onCancel: {
            server.channel.close(promise: nil)
        }
    }

    /// Nil where a limit on connections is reached, of those in force.
    func place(for remote: String) -> ConnectionPlace? {
        // A proxy has the connections of many.
        let isProxy = site.web.generation.value.host.proxies.contains { $0.contains(remote) }
        let limits = site.web.limits
        return try? connections.enter(
            isProxy ? nil : remote, total: limits.connections, perAddress: limits.connectionsPerAddress)
    }

    private var channel: HTTP1Channel {
        let decoder = HTTP1Channel.Configuration.DecoderConfiguration(
            maxHeaderFieldSize: limits.headerField, maxHeaderListSize: limits.headerList, maxHeaderFieldCount: limits.headerFields
        )
        let idle = TimeAmount(limits.idle)
        let (site, isSecure, kind, generation) = (site, isSecure, kind, site.web.generation)
        return HTTP1Channel(
            responder: { request, writer, channel in
                let start = ContinuousClock.now
                let peer = channel.remoteAddress?.ipAddress ?? ""
                let origin = RequestOrigin(request, peer: peer, isSecure: isSecure, proxies: generation.value.host.proxies)
                let response: Response
                if case .redirect(let port) = kind, !origin.isSecure, !EndpointTable.isInTheClear(request) {
                    response = Self.redirect(request, port: port)
                } else {
                    response = await site.respond(to: request, remote: origin.client, isSecure: origin.isSecure)
                }
                Measures.requests.count(Measures.Status(code: response.status.code))
                Measures.time.note(.now - start)
                try await writer.write(response: response.head, body: response.body)
            }, configuration: .init(idleTimeout: idle, httpDecoderConfiguration: decoder))
    }

    /// RFC 9110 §15.4.9: the same request at the site over TLS.
    private static func redirect(_ request: Request, port: Int) -> Response {
        let host = (request.head.authority ?? "").split(separator: ":").first.map(String.init) ?? ""
        let isName =
            !host.isEmpty && host.utf8.allSatisfy { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7a || (0x2d...0x39).contains($0) }
        guard isName else { return Response(status: .badRequest) }
        let place = port == 443 ? host : "\(host):\(port)"
        return Response(status: .permanentRedirect, headers: [.location: "https://\(place)\(Answer.safe(request.head.path))"])
    }
}
