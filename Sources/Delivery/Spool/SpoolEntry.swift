internal import NIOConcurrencyHelpers
package import NIOCore

/// A message in the spool.
package final class SpoolEntry: Sendable {
    package let acceptance: Acceptance
    /// Octets of the message.
    package let size: Int
    /// The body's own file; nil where it stands in a record.
    let bodyFile: BodyFile?
    private let state: NIOLockedValueBox<State>

    private struct State {
        var progress: Progress
        var place: Place
        /// The acceptance's frame while it is kept in memory.
        var frame: ByteBuffer?
        var isReleased = false
    }

    /// Where the acceptance's record is.
    struct Place: Hashable, Sendable {
        /// Nil once the entry has a file of its own.
        var segment: Int?
        var path: String
        /// Of the frame within the file.
        var offset: Int
        var length: Int
        /// Of the body within the frame; nil where the body has a file of its own.
        var bodyOffset: Int?
    }

    init(acceptance: Acceptance, size: Int, bodyFile: BodyFile?, progress: Progress, place: Place, frame: ByteBuffer?) {
        self.acceptance = acceptance
        self.size = size
        self.bodyFile = bodyFile
        state = NIOLockedValueBox(State(progress: progress, place: place, frame: frame))
    }

    package var id: EntryID { acceptance.id }
    package var progress: Progress { state.withLockedValue { $0.progress } }
    /// Whether nothing is to be done with it any more.
    package var isReleased: Bool { state.withLockedValue { $0.isReleased } }

    /// Changes the progress in memory; `Spool.note` makes it durable.
    @discardableResult package func update<Result: Sendable>(_ change: (inout Progress) -> Result) -> Result {
        state.withLockedValue { change(&$0.progress) }
    }

    /// False where it was released already.
    func markReleased() -> Bool {
        state.withLockedValue { state in
            guard !state.isReleased else { return false }
            state.isReleased = true
            state.frame = nil
            return true
        }
    }

    // MARK: The writer thread alone

    var place: Place { state.withLockedValue { $0.place } }
    func move(to place: Place) { state.withLockedValue { $0.place = place } }

    // MARK: The frame in memory

    var frame: ByteBuffer? { state.withLockedValue { $0.frame } }

    /// Octets given back.
    func forgetFrame() -> Int {
        state.withLockedValue { state in
            defer { state.frame = nil }
            return state.frame?.readableBytes ?? 0
        }
    }
}

/// An immutable file that stays until the entry is released.
package struct BodyFile: Hashable, Sendable {
    package let path: String
    /// Octets of the trace lines that stand above the message, where they are those of its only copy.
    package let traceLines: Int
}

/// A message's octets, as they were received.
package enum EntryBody: Sendable {
    case octets(ByteBuffer)
    case file(BodyFile)

    /// Whether it begins with the trace lines of the only copy.
    var hasTraceLines: Bool {
        if case .file(let file) = self { file.traceLines > 0 } else { false }
    }
}
