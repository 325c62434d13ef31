internal import NIOConcurrencyHelpers

/// The generation in force. Sessions ask for `value` each time they need one, and so live under a new one at once.
package final class CurrentGeneration: Sendable {
    private struct State {
        var value: Generation
        var next = 0
        var watchers: [Int: AsyncStream<Generation>.Continuation] = [:]
    }

    private let state: NIOLockedValueBox<State>

    package init(_ generation: Generation) { state = NIOLockedValueBox(State(value: generation)) }

    package var value: Generation { state.withLockedValue { $0.value } }

    /// Each new generation from now on; one that comes while the last one is not looked at yet takes its place.
    package var changes: AsyncStream<Generation> {
        let (stream, continuation) = AsyncStream.makeStream(of: Generation.self, bufferingPolicy: .bufferingNewest(1))
        let number = state.withLockedValue { state in
            state.next += 1
            state.watchers[state.next] = continuation
            return state.next
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLockedValue { _ = $0.watchers.removeValue(forKey: number) }
        }
        return stream
    }

    /// Puts a generation in force.
    package func replace(with generation: Generation) {
        let watchers = state.withLockedValue { state in
            state.value = generation
            return Array(state.watchers.values)
        }
        for watcher in watchers { watcher.yield(generation) }
    }
}
