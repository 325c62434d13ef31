internal import NIOConcurrencyHelpers
package import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import Wire

/// One connection of a dialogue's client.
package final class TranscriptConnection {
    private let channel: any Channel
    private let patience: TimeAmount
    private let lostPatience = NIOLockedValueBox(false)
    private var iterator: AsyncThrowingStream<ByteBuffer, any Error>.Iterator
    private var received = ByteBuffer()
    private var framing = LineFraming(limit: 1 << 20, lineEnds: .tolerant)
    private var waiting: [String] = []

    /// - Parameter patience: how long a line is waited for; then the connection is closed.
    package init(to address: SocketAddress, beginsWithTLS: Bool = false, patience: TimeAmount) async throws {
        let (stream, continuation) = AsyncThrowingStream.makeStream(of: ByteBuffer.self)
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(to: address) { channel in
            channel.eventLoop.makeCompletedFuture {
                if beginsWithTLS { try channel.pipeline.syncOperations.addHandler(Self.tls()) }
                try channel.pipeline.syncOperations.addHandler(Inbox(continuation))
                return channel
            }
        }
        iterator = stream.makeAsyncIterator()
        self.patience = patience
    }

    package func send(_ octets: [UInt8]) async throws {
        // A server that has closed already is found out by the next line that is waited for.
        try? await channel.writeAndFlush(ByteBuffer(bytes: octets)).get()
    }

    /// The next line; nil where the connection is closed.
    package func line() async throws -> String? {
        if let line = waiting.popLast() { return line }
        let (channel, lostPatience) = (channel, lostPatience)
        let timer = channel.eventLoop.scheduleTask(in: patience) {
            lostPatience.withLockedValue { $0 = true }
            channel.close(promise: nil)
        }
        defer { timer.cancel() }
        while true {
            if let line = try framing.next(from: &received) { return String(buffer: line) }
            guard var more = try? await iterator.next(isolation: #isolation) else { return nil }
            received.writeBuffer(&more)
        }
    }

    func putBack(_ line: String) { waiting.append(line) }

    func startTLS() async throws {
        let channel = channel
        try await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.addHandler(Self.tls(), position: .first)
        }.get()
    }

    /// Whether it was closed here, as a line did not come in time.
    package var wasWaitedForTooLong: Bool { lostPatience.withLockedValue { $0 } }

    /// Says that nothing more will be sent; what the server answers can still be read.
    package func closeOutput() async { try? await channel.close(mode: .output).get() }

    package func close() async { try? await channel.close().get() }

    private static func tls() throws -> NIOSSLClientHandler {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        return try NIOSSLClientHandler(context: NIOSSLContext(configuration: configuration), serverHostname: nil)
    }
}

/// Hands what comes in to the stream that lines are read from.
private final class Inbox: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let continuation: AsyncThrowingStream<ByteBuffer, any Error>.Continuation

    init(_ continuation: AsyncThrowingStream<ByteBuffer, any Error>.Continuation) { self.continuation = continuation }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { continuation.yield(unwrapInboundIn(data)) }

    func channelInactive(context: ChannelHandlerContext) { continuation.finish() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        continuation.finish(throwing: error)
        context.close(promise: nil)
    }
}
