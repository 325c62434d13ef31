internal import FoundationEssentials
internal import NIOConcurrencyHelpers
internal import NIOCore
internal import NIOPosix

/// Asks questions at a unix socket over one connection, which is opened when it is needed and opened again when it broke.
package final class LocalClient: Sendable {
    private typealias Heard = @Sendable (Data) -> Void

    private struct State {
        var nextID: UInt64 = 1
        var waiting: [UInt64: CheckedContinuation<Frame, any Error>] = [:]
        var channel: (any Channel)?
        var opening: EventLoopFuture<any Channel>?
        var heard: [String: Heard] = [:]
    }

    package let path: String
    private let limits: LocalSocketLimits
    private let servers: PeerPolicy
    private let state = NIOLockedValueBox(State())

    /// - Parameter servers: who may listen at the path; by its name where nil. Questions carry passwords and mail, so that a
    ///   stranger who got hold of the path is told nothing.
    package init(path: String, limits: LocalSocketLimits = LocalSocketLimits(), servers: PeerPolicy? = nil) {
        self.path = path
        self.limits = limits
        self.servers = servers ?? .answering(at: path)
    }

    deinit { state.withLockedValue { $0.channel }?.close(promise: nil) }

    /// Asks, and waits for the answer until the deadline.
    package func ask<Asked: Question>(
        _ question: Asked, within deadline: Duration = .seconds(5)
    ) async throws(LocalSocketError) -> Asked.Answer {
        let frame: Frame
        do { frame = try await exchange(Asked.name, JSONEncoder().encode(question), deadline) } catch let error
            as LocalSocketError
        {
            throw error
        } catch {
            throw .unreachable(path: path)
        }
        if let refusal = frame.refusal { throw .refused(refusal) }
        guard let answer = try? JSONDecoder().decode(Asked.Answer.self, from: frame.body ?? Data()) else {
            throw .notUnderstood(path: path)
        }
        return answer
    }

    /// Calls `body` for each notice of this kind, on an event loop; it must not block. Needs `stayConnected`.
    package func onNotice<Heard: Notice>(_ kind: Heard.Type, _ body: @escaping @Sendable (Heard) -> Void) {
        state.withLockedValue { state in
            state.heard[kind.name] = { octets in
                if let notice = try? JSONDecoder().decode(kind, from: octets) { body(notice) }
            }
        }
    }

    /// Keeps a connection open until the task is cancelled, so that notices arrive.
    ///
    /// - Parameter connected: called after each connection is made, the first included: notices told in between are lost.
    package func stayConnected(pause: Duration = .milliseconds(200), connected: @Sendable () async -> Void = {}) async {
        while !Task.isCancelled {
            if let channel = try? await open() {
                await connected()
                await withTaskCancellationHandler {
                    try? await channel.closeFuture.get()
                } onCancel: {
                    channel.close(promise: nil)
                }
            }
            try? await Task.sleep(for: pause)
        }
    }

    private func exchange(_ name: String, _ body: Data, _ deadline: Duration) async throws -> Frame {
        let channel = try await open()
        let id = state.withLockedValue { state in
            defer { state.nextID += 1 }
            return state.nextID
        }
        let limit = TimeAmount.nanoseconds(Int64(deadline / .nanoseconds(1)))
        let timeout = channel.eventLoop.scheduleTask(in: limit) { self.fail(id, .deadlinePassed(path: self.path)) }
        defer { timeout.cancel() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                state.withLockedValue { $0.waiting[id] = continuation }
                channel.writeAndFlush(Frame(id: id, name: name, body: body)).whenFailure { _ in
                    self.fail(id, .unreachable(path: self.path))
                }
            }
        } onCancel: {
            channel.eventLoop.execute { self.fail(id, .deadlinePassed(path: self.path)) }
        }
    }

    private func fail(_ id: UInt64, _ error: LocalSocketError) {
        state.withLockedValue { $0.waiting.removeValue(forKey: id) }?.resume(throwing: error)
    }

    private func open() async throws -> any Channel {
        let opening = state.withLockedValue { state -> EventLoopFuture<any Channel> in
            if let channel = state.channel, channel.isActive { return channel.eventLoop.makeSucceededFuture(channel) }
            if let opening = state.opening { return opening }
            let opening = connect()
            state.opening = opening
            return opening
        }
        do {
            let channel = try await opening.get()
            state.withLockedValue { state in
                state.channel = channel
                state.opening = nil
            }
            return channel
        } catch {
            state.withLockedValue { $0.opening = nil }
            throw error as? LocalSocketError ?? .unreachable(path: path)
        }
    }

    private func connect() -> EventLoopFuture<any Channel> {
        let (longest, state, path, servers) = (limits.frame, state, path, servers)
        return ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(2))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(
                        ByteToMessageHandler(FrameDecoder(longest: longest), maximumBufferSize: longest + 4),
                        MessageToByteHandler(FrameEncoder()),
                        AnswerHandler {
                            Self.arrived($0, state)
                        } ended: {
                            Self.ended($0, state, path)
                        })
                }
            }
            .connect(unixDomainSocketPath: path)
            .flatMap { Peer.checked($0, servers, at: path) }
    }

    private static func arrived(_ frame: Frame, _ state: NIOLockedValueBox<State>) {
        guard let id = frame.id else {
            let heard = state.withLockedValue { state in frame.name.flatMap { state.heard[$0] } }
            heard?(frame.body ?? Data())
            return
        }
        state.withLockedValue { $0.waiting.removeValue(forKey: id) }?.resume(returning: frame)
    }

    /// Every question that still waits on a broken connection fails now rather than at its deadline.
    private static func ended(_ channel: any Channel, _ state: NIOLockedValueBox<State>, _ path: String) {
        let abandoned = state.withLockedValue { state -> [CheckedContinuation<Frame, any Error>] in
            if let current = state.channel, current === channel { state.channel = nil }
            defer { state.waiting.removeAll() }
            return Array(state.waiting.values)
        }
        for continuation in abandoned { continuation.resume(throwing: LocalSocketError.unreachable(path: path)) }
    }
}

/// Hands frames, and the connection's end, to the client.
private final class AnswerHandler: ChannelInboundHandler, Sendable {
    typealias InboundIn = Frame

    private let arrived: @Sendable (Frame) -> Void
    private let ended: @Sendable (any Channel) -> Void

    init(_ arrived: @escaping @Sendable (Frame) -> Void, ended: @escaping @Sendable (any Channel) -> Void) {
        self.arrived = arrived
        self.ended = ended
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { arrived(unwrapInboundIn(data)) }

    func channelInactive(context: ChannelHandlerContext) {
        ended(context.channel)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
