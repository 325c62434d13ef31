internal import NIOConcurrencyHelpers

/// Room for so many at once. One task takes places for others, which give them back.
final class Places: Sendable {
    private struct State {
        var free: Int
        var waiting: CheckedContinuation<Void, Never>?
    }

    private let state: NIOLockedValueBox<State>

    init(_ count: Int) { state = NIOLockedValueBox(State(free: count)) }

    /// Waits for a place; not called again before it has returned.
    func take() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLockedValue { state in
                guard state.free == 0 else {
                    state.free -= 1
                    return true
                }
                state.waiting = continuation
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    func giveBack() {
        let waiting = state.withLockedValue { state -> CheckedContinuation<Void, Never>? in
            guard let waiting = state.waiting else {
                state.free += 1
                return nil
            }
            state.waiting = nil
            return waiting
        }
        waiting?.resume()
    }
}
