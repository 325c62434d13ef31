internal import NIOConcurrencyHelpers
internal import NIOCore

/// What has happened to a connection and was not looked at yet. Events are added by any thread, and taken by the one
/// task that runs the connection.
///
/// Octets are asked for when nothing waits, so a peer that sends faster than it is served waits in the kernel's buffers. One read
/// is asked for ahead: whoever answers each command before the next comes would else have its socket watched anew for each.
final class ConnectionInbox: Sendable {
    private struct State {
        var events: [ConnectionEvent] = []
        var waiting: CheckedContinuation<ConnectionEvent, Never>?
        /// Set while the same kind of event waits: one is enough.
        var hasMailboxChange = false
        var hasGenerationChange = false
        var isClosed = false
    }

    private let state = NIOLockedValueBox(State())

    func put(_ event: ConnectionEvent) {
        let waiting = state.withLockedValue { state -> CheckedContinuation<ConnectionEvent, Never>? in
            switch event {
            case .mailboxChanged:
                guard !state.hasMailboxChange else { return nil }
                state.hasMailboxChange = true
            case .generationChanged:
                guard !state.hasGenerationChange else { return nil }
                state.hasGenerationChange = true
            case .closed: state.isClosed = true
            default: break
            }
            guard let waiting = state.waiting else {
                state.events.append(event)
                return nil
            }
            state.waiting = nil
            Self.note(event, in: &state)
            return waiting
        }
        waiting?.resume(returning: event)
    }

    /// The next event; waits for one. After `.closed` every further call answers `.closed`.
    ///
    /// - Parameter askForMore: called when nothing waits, before waiting.
    func next(askForMore: () -> Void) async -> ConnectionEvent {
        if let event = poll() { return event }
        askForMore()
        return await withCheckedContinuation { continuation in
            let event = state.withLockedValue { state -> ConnectionEvent? in
                if let event = Self.take(from: &state) { return event }
                state.waiting = continuation
                return nil
            }
            if let event { continuation.resume(returning: event) }
        }
    }

    /// Whether the next octets may come although nobody has asked for them.
    var hasRoom: Bool { state.withLockedValue { $0.events.isEmpty } }

    /// The next event, if one waits.
    func poll() -> ConnectionEvent? { state.withLockedValue { Self.take(from: &$0) } }

    private static func take(from state: inout State) -> ConnectionEvent? {
        guard !state.events.isEmpty else { return state.isClosed ? .closed : nil }
        let event = state.events.removeFirst()
        if state.events.isEmpty { state.events = [] }
        note(event, in: &state)
        return event
    }

    private static func note(_ event: ConnectionEvent, in state: inout State) {
        switch event {
        case .mailboxChanged: state.hasMailboxChange = false
        case .generationChanged: state.hasGenerationChange = false
        default: break
        }
    }
}
