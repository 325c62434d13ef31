internal import NIOCore
internal import SMTP
internal import Wire

/// Ends a connection's dialogue; with a reply where there is still somebody to read it.
struct ConnectionEnd: Error {
    let reply: Reply?
}

/// What a connection's task reads: lines, or the octets of a message. Only what was asked for is taken off.
struct ConnectionInput {
    private var iterator: NIOAsyncChannelInboundStream<Incoming>.AsyncIterator
    private let live: LiveConnection
    /// What has come and is not read.
    var octets = ByteBuffer()
    private var framing: LineFraming
    /// Whether the rest of a line that was too long may still be coming.
    private var isAmidLine = false

    init(_ stream: NIOAsyncChannelInboundStream<Incoming>, live: LiveConnection, longestLine: Int) {
        iterator = stream.makeAsyncIterator()
        self.live = live
        framing = LineFraming(limit: longestLine)
    }

    /// A line that is there already.
    mutating func line(atMost longest: Int) throws(LineError) -> ByteBuffer? {
        if framing.limit != longest, !isAmidLine { framing = LineFraming(limit: longest) }
        do {
            let line = try framing.next(from: &octets)
            if line != nil { isAmidLine = false }
            return line
        } catch {
            if case .tooLong = error { isAmidLine = true }
            throw error
        }
    }

    /// Waits for more.
    ///
    /// - Returns: the TLS version where a handshake was done, else nil.
    /// - Throws: `ConnectionEnd` where the peer is gone, or the connection is ended from outside.
    mutating func more(withinMessage: Bool) async throws -> String? {
        live.waits(true)
        defer { live.waits(false) }
        guard let incoming = try await iterator.next(isolation: #isolation) else { throw ConnectionEnd(reply: nil) }
        if let farewell = live.farewell, !(withinMessage && farewell == .stopping) { throw ConnectionEnd(reply: farewell.reply) }
        switch incoming {
        case .octets(var more):
            guard octets.readableBytes > 0 else {
                octets = more
                return nil
            }
            octets.writeBuffer(&more)
            octets.discardReadBytes()
            return nil
        case .secured(let version): return version
        case .wake: return nil
        }
    }

    /// Throws away what has come.
    mutating func forget() {
        octets = ByteBuffer()
        framing = LineFraming(limit: framing.limit)
        isAmidLine = false
    }

    /// Reads until the peer closes.
    mutating func drain() async {
        while case .some = try? await iterator.next(isolation: #isolation) {}
    }
}
