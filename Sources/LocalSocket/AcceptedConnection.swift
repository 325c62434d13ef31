internal import NIOConcurrencyHelpers
package import NIOCore

/// A connection on its way from the event loop that accepted it to the task that serves it.
///
/// A listener that stops drops those that no task has taken yet, and NIO ends the whole program where a `NIOAsyncChannel` is let go
/// that was never run: in here such a one is closed.
package final class AcceptedConnection<Inbound: Sendable, Outbound: Sendable>: Sendable {
    package typealias Stream = NIOAsyncChannel<Inbound, Outbound>

    private let waiting: NIOLockedValueBox<Stream?>

    package init(_ stream: Stream) { waiting = NIOLockedValueBox(stream) }

    deinit {
        guard let stream = take() else { return }
        Task { try? await stream.executeThenClose { _, _ in } }
    }

    /// The connection, for whoever runs it and closes it; nil where somebody has it already.
    package func take() -> Stream? {
        waiting.withLockedValue { waiting in
            defer { waiting = nil }
            return waiting
        }
    }
}
