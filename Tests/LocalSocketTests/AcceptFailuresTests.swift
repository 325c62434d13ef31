import Glibc
import LocalSocket
import NIOConcurrencyHelpers
import NIOCore
import NIOEmbedded
import Testing

@Suite("A listener outlives what accept(2) fails with for a while") struct AcceptFailuresTests {
    @Test(arguments: [EMFILE, ENFILE, ENOBUFS, ENOMEM, ECONNABORTED])
    func pausesOnceForFailuresInARow(code: CInt) throws {
        let told = NIOLockedValueBox<[CInt]>([])
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandler(AcceptFailures { code in told.withLockedValue { $0.append(code) } })
        func fail() throws {
            channel.pipeline.fireErrorCaught(IOError(errnoCode: code, reason: "accept"))
            try channel.throwIfErrorCaught()
        }
        for _ in 0..<3 { try fail() }
        #expect(told.withLockedValue(\.self) == [code])
        channel.embeddedEventLoop.advanceTime(by: AcceptFailures.pause)
        try fail()
        #expect(told.withLockedValue(\.self) == [code, code])
    }

    @Test func anythingElseIsPassedOn() throws {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandler(AcceptFailures())
        channel.pipeline.fireErrorCaught(IOError(errnoCode: EBADF, reason: "accept"))
        #expect(throws: IOError.self) { try channel.throwIfErrorCaught() }
    }
}
