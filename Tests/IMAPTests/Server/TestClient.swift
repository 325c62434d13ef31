import NIOCore
import NIOPosix
import Wire

/// A client that says octets and reads lines; belongs to one task.
final class TestClient {
    private let channel: any Channel
    private var iterator: AsyncStream<ByteBuffer>.Iterator
    private var received = ByteBuffer()
    private var framing = LineFraming(limit: 1 << 24, lineEnds: .tolerant)

    /// - Parameter reads: false for a client that never reads.
    init(_ address: SocketAddress, reads: Bool = true) async throws {
        let (stream, continuation) = AsyncStream.makeStream(of: ByteBuffer.self)
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: reads)
            .connect(to: address) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(LineInbox(continuation))
                    return channel
                }
            }
        iterator = stream.makeAsyncIterator()
    }

    func send(_ text: String) async throws { try await channel.writeAndFlush(ByteBuffer(string: text)).get() }

    func send(_ octets: ByteBuffer) async throws { try await channel.writeAndFlush(octets).get() }

    /// The next line; nil when the server has closed, or after two minutes.
    func line() async -> String? {
        let channel = channel
        let timer = channel.eventLoop.scheduleTask(in: .seconds(120)) { channel.close(promise: nil) }
        defer { timer.cancel() }
        while true {
            if let line = try? framing.next(from: &received) { return String(buffer: line) }
            guard var more = await iterator.next(isolation: #isolation) else { return nil }
            received.writeBuffer(&more)
        }
    }

    /// All lines up to the one that begins with `tag`, that one included.
    func lines(until tag: String) async -> [String] {
        var lines: [String] = []
        while let line = await line() {
            lines.append(line)
            if line.hasPrefix(tag + " ") { break }
        }
        return lines
    }

    /// Sends a command and returns its last line.
    @discardableResult
    func command(_ text: String, tag: String = "t") async throws -> String {
        try await send("\(tag) \(text)\r\n")
        return await lines(until: tag).last ?? ""
    }

    /// Whether the server ends the connection in that time, without anything being read here.
    func isCut(within time: TimeAmount) async -> Bool {
        let channel = channel
        let promise = channel.eventLoop.makePromise(of: Bool.self)
        let timer = channel.eventLoop.scheduleTask(in: time) { promise.succeed(false) }
        channel.closeFuture.whenComplete { _ in promise.succeed(true) }
        defer { timer.cancel() }
        return (try? await promise.futureResult.get()) ?? false
    }

    func close() async { try? await channel.close().get() }
}

private final class LineInbox: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let continuation: AsyncStream<ByteBuffer>.Continuation

    init(_ continuation: AsyncStream<ByteBuffer>.Continuation) { self.continuation = continuation }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { continuation.yield(unwrapInboundIn(data)) }

    func channelInactive(context: ChannelHandlerContext) { continuation.finish() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
