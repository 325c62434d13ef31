import Glibc
import LocalSocket
import NIOCore
import NIOEmbedded
import Testing

@Suite("A listener outlives what accept(2) fails with for a while") struct AcceptFailuresTests {
    @Test(arguments: [EMFILE, ENFILE, ENOBUFS, ENOMEM, ECONNABORTED])
    func pauses(code: CInt) throws {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandler(AcceptFailures())
        for _ in 0..<3 { channel.pipeline.fireErrorCaught(IOError(errnoCode: code, reason: "accept")) }
        try channel.throwIfErrorCaught()
        channel.embeddedEventLoop.advanceTime(by: AcceptFailures.pause)
        channel.pipeline.fireErrorCaught(IOError(errnoCode: code, reason: "accept"))
        try channel.throwIfErrorCaught()
    }

    @Test func anythingElseIsPassedOn() throws {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandler(AcceptFailures())
        channel.pipeline.fireErrorCaught(IOError(errnoCode: EBADF, reason: "accept"))
        #expect(throws: IOError.self) { try channel.throwIfErrorCaught() }
    }
}
