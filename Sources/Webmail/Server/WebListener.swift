internal import Directory
internal import HTTPTypes
internal import HummingbirdCore
internal import LocalSocket
internal import Logging
internal import Mail
internal import MailConfiguration
internal import Metering
internal import NIOConcurrencyHelpers
internal import NIOCore
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
    let gate: ConnectionGate
    let limits: WebLimits
    let logger: Logger

    private var isSecure: Bool { if case .https = kind { true } else { false } }

    func run() async throws {
        let http = channel
        let kind = kind
        let logger = logger
        let stall = limits.stall
        let server = try await Listeners.accept(at: descriptor) { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(StalledWrites(patience: stall))
                if case .https(let certificates) = kind {
                    try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: certificates.context))
                }
            }.flatMap { http.setup(channel: channel, logger: logger).map { AcceptedConnection($0) } }
        }
        try await withTaskCancellationHandler {
            try await withThrowingDiscardingTaskGroup { group in
                try await server.executeThenClose { connections in
                    for try await accepted in connections {
                        guard let connection = accepted.take() else { continue }
                        let remote = connection.channel.remoteAddress?.ipAddress ?? ""
                        // A proxy has the connections of many.
                        let isProxy = site.web.generation.value.host.proxies.contains { $0.contains(remote) }
                        guard let place = gate.enter(isProxy ? "" : remote) else {
                            connection.channel.close(promise: nil)
                            // The wrapped channel must be used before it is let go.
                            group.addTask { try? await connection.executeThenClose { _, _ in } }
                            continue
                        }
                        group.addTask {
                            defer { place.leave() }
                            await http.handle(value: connection, logger: logger)
                        }
                    }
                }
            }
        } onCancel: {
            server.channel.close(promise: nil)
        }
    }

    private var channel: HTTP1Channel {
        let decoder = HTTP1Channel.Configuration.DecoderConfiguration(
            maxHeaderFieldSize: limits.headerField, maxHeaderListSize: limits.headerList, maxHeaderFieldCount: limits.headerFields
        )
        let idle = TimeAmount.seconds(limits.idle.components.seconds)
        let (site, isSecure, kind) = (site, isSecure, kind)
        let (farewell, largestForm) = (TimeAmount(limits.farewell), limits.form)
        let (generation, webroot) = (site.web.generation, site.web.acmeFolder)
        return HTTP1Channel(
            responder: { request, writer, channel in
                let start = ContinuousClock.now
                let peer = channel.remoteAddress?.ipAddress ?? ""
                let origin = RequestOrigin(request, peer: peer, isSecure: isSecure, proxies: generation.value.host.proxies)
                let response: Response
                if let challenge = await AcmeChallenge.answer(request, webroot: webroot) {
                    response = challenge
                } else if case .redirect(let port) = kind, !origin.isSecure {
                    response = Self.redirect(request, port: port)
                } else {
                    response = await site.respond(to: request, remote: origin.client, isSecure: origin.isSecure)
                }
                Measures.requests.count(Measures.Status(code: response.status.code))
                Measures.time.note(.now - start)
                try await writer.write(response: response.head, body: response.body)
                if response.status.kind == .clientError, Self.mayStillBeComing(request, largestForm) {
                    channel.eventLoop.scheduleTask(in: farewell) { channel.close(promise: nil) }
                }
            }, configuration: .init(idleTimeout: idle, httpDecoderConfiguration: decoder))
    }

    /// Whether a request's body is one that is refused before all of it is read.
    private static func mayStillBeComing(_ request: Request, _ largestForm: Int) -> Bool {
        if request.headers[.transferEncoding] != nil { return true }
        return request.headers[.contentLength].flatMap { Int($0) }.map { $0 > largestForm } ?? false
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

/// Bounds the connections of all and of one address.
package final class ConnectionGate: Sendable {
    private struct State {
        var total = 0
        var byAddress: [String: Int] = [:]
    }

    private let state = NIOLockedValueBox(State())
    private let limits: @Sendable () -> WebLimits

    /// - Parameter limits: those in force; asked for each connection.
    package init(limits: @escaping @Sendable () -> WebLimits) { self.limits = limits }

    package struct Place: Sendable {
        fileprivate let gate: ConnectionGate
        fileprivate let address: String

        package func leave() { gate.leave(address) }
    }

    /// Nil where there is no room.
    ///
    /// - Parameter address: empty where only the bound on all counts.
    package func enter(_ address: String) -> Place? {
        let limits = limits()
        return state.withLockedValue { state in
            let here = state.byAddress[address] ?? 0
            let most = min(limits.connections, FileLimit.connections)
            guard state.total < most, address.isEmpty || here < limits.connectionsPerAddress else { return nil }
            state.total += 1
            state.byAddress[address] = here + 1
            return Place(gate: self, address: address)
        }
    }

    private func leave(_ address: String) {
        state.withLockedValue { state in
            state.total -= 1
            let left = (state.byAddress[address] ?? 1) - 1
            state.byAddress[address] = left > 0 ? left : nil
        }
    }
}
