import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import Webmail

@Suite("A request that is answered before its end, RFC 9112 §9.6") struct EarlyAnswersTests {
    private func channel() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandler(EarlyAnswers(patience: .seconds(5)))
        channel.connect(to: try SocketAddress(ipAddress: "192.0.2.1", port: 1), promise: nil)
        return channel
    }

    /// What comes (`head`, `body`, `end`), what is written (`answer`), how many seconds pass, and whether the connection is there
    /// then.
    @Test(arguments: [
        (["head", "end", "answer", "100"], true),
        (["head", "body", "answer", "4"], true),
        (["head", "body", "answer", "5"], false),
        // Neither what comes nor how much of it gives more time.
        (["head", "answer", "4", "body", "body", "1"], false),
        // A rest that comes to its end in time.
        (["head", "answer", "4", "body", "end", "100", "head", "end", "answer", "100"], true),
        // The next one is cut as the first would have been.
        (["head", "answer", "end", "head", "answer", "5"], false),
        // Two at once, then a third that does not end.
        (["head", "end", "head", "end", "answer", "answer", "100"], true),
        (["head", "end", "head", "end", "answer", "head", "answer", "100"], true),
        (["head", "end", "head", "end", "answer", "head", "answer", "answer", "5"], false),
        // What was no request at all is answered too.
        (["answer", "5"], false),
    ])
    func isCut(steps: [String], isActive: Bool) throws {
        let channel = try channel()
        for step in steps {
            switch step {
            case "head":
                try channel.writeInbound(HTTPServerRequestPart.head(HTTPRequestHead(version: .http1_1, method: .POST, uri: "/")))
            case "body": try channel.writeInbound(HTTPServerRequestPart.body(ByteBuffer(string: "x")))
            case "end": try channel.writeInbound(HTTPServerRequestPart.end(nil))
            case "answer":
                try channel.writeOutbound(HTTPServerResponsePart.head(HTTPResponseHead(version: .http1_1, status: .ok)))
                try channel.writeOutbound(HTTPServerResponsePart.end(nil))
            default: channel.embeddedEventLoop.advanceTime(by: .seconds(Int64(step) ?? 0))
            }
        }
        #expect(channel.isActive == isActive)
    }
}
