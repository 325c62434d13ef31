internal import FoundationEssentials
internal import Glibc
package import Logging
internal import NIOConcurrencyHelpers
internal import NIOCore
internal import NIOPosix

/// Answers questions at a unix socket, and tells notices to everyone connected.
package final class LocalServer: Sendable {
    private typealias Accepted = AcceptedConnection<Frame, Frame>

    package let path: String
    private let table: QuestionTable
    private let policy: PeerPolicy
    private let limits: LocalSocketLimits
    private let logger: Logger
    private let writers = NIOLockedValueBox<[ObjectIdentifier: NIOAsyncChannelOutboundWriter<Frame>]>([:])

    package init(
        path: String, table: QuestionTable, policy: PeerPolicy = PeerPolicy(), limits: LocalSocketLimits = LocalSocketLimits(),
        logger: Logger
    ) {
        self.path = path
        self.table = table
        self.policy = policy
        self.limits = limits
        self.logger = logger
    }

    /// Listens until the task is cancelled; the socket's mode is 0660 and whatever lay at the path is replaced.
    ///
    /// - Parameter listening: called once questions are taken.
    /// - Throws: where the path cannot be bound.
    package func run(listening: @Sendable () -> Void = {}) async throws {
        let server = try await bind()
        listening()
        defer { _ = unsafe unlink(path) }
        try await withThrowingDiscardingTaskGroup { group in
            try await server.executeThenClose { connections in
                for try await connection in connections { group.addTask { await self.serve(connection) } }
            }
        }
    }

    /// Tells everyone connected; whoever cannot be reached, or does not read within `limits.notice`, is left out.
    package func tell(_ notice: some Notice) async {
        guard let body = try? JSONEncoder().encode(notice) else { return }
        let frame = Frame(name: type(of: notice).name, body: body)
        let patience = limits.notice
        await withDiscardingTaskGroup { everyone in
            for writer in writers.withLockedValue({ Array($0.values) }) {
                everyone.addTask {
                    await withTaskGroup(of: Void.self) { group in
                        group.addTask { try? await writer.write(frame) }
                        group.addTask { try? await Task.sleep(for: patience) }
                        await group.next()
                        group.cancelAll()
                    }
                }
            }
        }
    }

    private func bind() async throws -> NIOAsyncChannel<Accepted, Never> {
        let longest = limits.frame
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelInitializer(AcceptFailures.add)
            .bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(
                        ByteToMessageHandler(FrameDecoder(longest: longest), maximumBufferSize: longest + 4),
                        MessageToByteHandler(FrameEncoder()))
                    return try Accepted(Accepted.Stream(wrappingChannelSynchronously: channel))
                }
            }
        _ = unsafe chmod(path, 0o660)
        return server
    }

    private func serve(_ accepted: Accepted) async {
        guard let connection = accepted.take() else { return }
        try? await connection.executeThenClose { inbound, outbound in
            guard let peer = await Peer.of(connection.channel), policy.allows(peer) else {
                return logger.notice("local peer refused", metadata: ["socket": "\(path)"])
            }
            let key = ObjectIdentifier(connection.channel)
            let admitted = writers.withLockedValue { writers in
                guard writers.count < limits.connections else { return false }
                writers[key] = outbound
                return true
            }
            guard admitted else { return logger.notice("too many local peers", metadata: ["socket": "\(path)"]) }
            defer { writers.withLockedValue { _ = $0.removeValue(forKey: key) } }
            try await answer(inbound, outbound, for: peer)
        }
    }

    /// Questions of one connection are answered side by side; the reader pauses at `limits.questions`.
    ///
    /// In a group that discards: another keeps each task that has ended, with its stack, until somebody asks what came of it.
    private func answer(
        _ inbound: NIOAsyncChannelInboundStream<Frame>, _ outbound: NIOAsyncChannelOutboundWriter<Frame>, for peer: Peer
    ) async throws {
        let places = Places(limits.questions)
        try await withThrowingDiscardingTaskGroup { group in
            for try await frame in inbound {
                await places.take()
                group.addTask {
                    defer { places.giveBack() }
                    try await outbound.write(self.table.answer(to: frame, from: peer))
                }
            }
            group.cancelAll()
        }
    }
}
