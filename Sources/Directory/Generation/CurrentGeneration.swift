package import Logging
internal import NIOConcurrencyHelpers
internal import ServiceLifecycle

/// The generation in force. Sessions ask for `value` each time they need one, and so live under a new one at once.
package final class CurrentGeneration: Service {
    /// How often `run` looks where `current` leads.
    package static let pause: Duration = .milliseconds(250)

    private struct State {
        var value: Generation
        var next = 0
        var watchers: [Int: AsyncStream<Generation>.Continuation] = [:]
    }

    private let state: NIOLockedValueBox<State>
    private let folder: GenerationFolder?
    private let logger: Logger

    /// A generation that only `replace` changes.
    package init(_ generation: Generation) {
        state = NIOLockedValueBox(State(value: generation))
        folder = nil
        logger = Logger(label: "generation") { _ in SwiftLogNoOpLogHandler() }
    }

    /// The generation that `current` in this folder leads to; `run` follows it.
    ///
    /// - Throws: `GenerationError.none` before the first apply, else why the generation cannot be read.
    package init(folder: GenerationFolder, logger: Logger) async throws {
        guard let number = folder.currentNumber else { throw GenerationError.none(folder: folder.path) }
        state = NIOLockedValueBox(State(value: try await Generation.open(folder, number: number)))
        self.folder = folder
        self.logger = logger
    }

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

    /// Follows `current` until the program stops. A generation that cannot be read is logged once and passed over: the
    /// last good one stays in force.
    package func run() async {
        await cancelWhenGracefulShutdown { [self] in
            var refused: Int?
            while !Task.isCancelled {
                refused = await look(refused)
                try? await Task.sleep(for: Self.pause)
            }
        }
        for watcher in state.withLockedValue({ Array($0.watchers.values) }) { watcher.finish() }
    }

    /// Looks once, now.
    package func refresh() async { _ = await look(nil) }

    private func look(_ refused: Int?) async -> Int? {
        guard let number = folder?.currentNumber, let folder, number != value.number else { return nil }
        guard number != refused else { return refused }
        do {
            replace(with: try await Generation.open(folder, number: number))
            logger.info("generation in force", metadata: ["generation": "\(number)"])
            return nil
        } catch {
            logger.error("a new generation cannot be read, the last one stays", metadata: ["cause": "\(error)"])
            return number
        }
    }
}
