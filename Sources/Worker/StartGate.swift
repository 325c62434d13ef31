package import LocalSocket
internal import NIOConcurrencyHelpers
internal import ServiceLifecycle

/// Tells that a worker is ready once each of its sockets is listened at.
package final class StartGate: Sendable {
    private let missing: NIOLockedValueBox<Int>
    private let opened: @Sendable () -> Void

    /// - Parameter count: how many sockets there are.
    package init(_ count: Int, opened: @escaping @Sendable () -> Void) {
        missing = NIOLockedValueBox(count)
        self.opened = opened
    }

    /// One more socket is listened at.
    package func listening() {
        let left = missing.withLockedValue { missing in
            missing -= 1
            return missing
        }
        if left == 0 { opened() }
    }
}

/// A server that says when it listens, as a service of a worker's group.
package struct GatedService: Service {
    private let gate: StartGate
    private let body: @Sendable (@escaping @Sendable () -> Void) async throws -> Void

    /// - Parameter body: runs the server; it calls what it is given once it listens.
    package init(_ gate: StartGate, _ body: @escaping @Sendable (@escaping @Sendable () -> Void) async throws -> Void) {
        self.gate = gate
        self.body = body
    }

    package func run() async throws { try await body { [gate] in gate.listening() } }
}

extension LocalServer {
    /// This server behind a gate; connections are cut when the group stops, as whoever asks has a deadline of its own.
    package func gated(_ gate: StartGate) -> GatedService {
        GatedService(gate) { listening in
            try await cancelWhenGracefulShutdown {
                do { try await self.run(listening: listening) } catch is CancellationError {}
            }
        }
    }
}
