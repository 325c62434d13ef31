package import Mail
package import NIOCore

/// Who is at the other end of an accepted connection: the peer itself, or whom a declared proxy names.
package struct ProxiedClient: Sendable {
    private let peer: String?
    /// Nil where the peer speaks for itself.
    private let named: EventLoopFuture<String?>?

    /// Sets up the pipeline of a new connection, on its event loop, before anything else is added.
    ///
    /// Only a peer that malaposta.yaml declares as a proxy is believed; it must then say whom it speaks for.
    package init(on channel: any Channel, proxies: [IPNetwork]) throws {
        let peer = channel.remoteAddress?.ipAddress
        self.peer = peer
        guard let peer, proxies.contains(where: { $0.contains(peer) }) else {
            named = nil
            return
        }
        let promise = channel.eventLoop.makePromise(of: String?.self)
        named = promise.futureResult
        try channel.pipeline.syncOperations.addHandler(ProxyHandler(promise))
    }

    /// The client's IP address; nil over a unix socket.
    ///
    /// - Throws: where a proxy does not say it, which ends the connection.
    package func address() async throws -> String? {
        guard let named else { return peer }
        return try await named.get() ?? peer
    }
}
