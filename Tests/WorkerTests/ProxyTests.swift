import NIOCore
import NIOEmbedded
import NIOPosix
import Testing

@testable import Worker

@Suite("The PROXY protocol, version 2") struct ProxyTests {
    fileprivate static let four = ProxyHeader.signature + [0x21, 0x11, 0, 12, 192, 0, 2, 7, 10, 0, 0, 1, 0x12, 0x34, 0, 25]
    fileprivate static let six =
        ProxyHeader.signature + [0x21, 0x21, 0, 36] + [0x20, 1, 0xd, 0xb8] + [UInt8](repeating: 0, count: 11) + [9]
        + [UInt8](repeating: 0, count: 20)

    @Test(
        arguments: [
            (ProxyTests.four, "192.0.2.7"), (ProxyTests.six, "2001:db8::9"), (ProxyHeader.signature + [0x20, 0, 0, 0], nil),
            (ProxyHeader.signature + [0x21, 0, 0, 0], nil),
        ] as [([UInt8], String?)])
    func reads(octets: [UInt8], client: String?) throws {
        var buffer = ByteBuffer(bytes: octets + Array("EHLO".utf8))
        #expect(try ProxyHeader.read(from: &buffer) == ProxyHeader(client: client))
        #expect(String(buffer: buffer) == "EHLO")
    }

    @Test func waitsForTheRest() throws {
        for length in 0..<Self.four.count {
            var buffer = ByteBuffer(bytes: Self.four.prefix(length))
            #expect(try ProxyHeader.read(from: &buffer) == nil)
            #expect(buffer.readableBytes == length)
        }
    }

    @Test(arguments: [
        (Array("EHLO mail".utf8), ProxyHeaderError.notAHeader), (Array("PROXY TCP4 192".utf8), .notAHeader),
        (ProxyHeader.signature + [0x31, 0x11, 0, 12], .unknownVersion(0x31)),
        (ProxyHeader.signature + [0x21, 0x31, 0, 0], .unknownFamily(0x31)),
        (ProxyHeader.signature + [0x21, 0x11, 0, 4, 1, 2, 3, 4], .tooShort),
        (ProxyHeader.signature + [0x21, 0x11, 0x04, 0x01], .tooLong(1_025)),
    ])
    func refuses(octets: [UInt8], because error: ProxyHeaderError) {
        var buffer = ByteBuffer(bytes: octets)
        #expect(throws: error) { try ProxyHeader.read(from: &buffer) }
    }

    @Test func nothingGetsThroughBeforeTheHeader() throws {
        let channel = EmbeddedChannel()
        let client = channel.eventLoop.makePromise(of: String?.self)
        try channel.pipeline.syncOperations.addHandler(ProxyHandler(client))
        try channel.writeInbound(ByteBuffer(bytes: Self.four.prefix(20)))
        #expect(try channel.readInbound(as: ByteBuffer.self) == nil)
        try channel.writeInbound(ByteBuffer(bytes: Self.four.dropFirst(20) + Array("EHLO".utf8)))
        #expect(try client.futureResult.wait() == "192.0.2.7")
        #expect(try channel.readInbound(as: ByteBuffer.self).map { String(buffer: $0) } == "EHLO")
        try channel.writeInbound(ByteBuffer(string: "more"))
        #expect(try channel.readInbound(as: ByteBuffer.self).map { String(buffer: $0) } == "more")
        _ = try channel.finish()
    }

    @Test func aProxyThatSaysNothingOfTheKindIsCut() throws {
        let channel = EmbeddedChannel()
        let client = channel.eventLoop.makePromise(of: String?.self)
        try channel.pipeline.syncOperations.addHandler(ProxyHandler(client))
        try channel.writeInbound(ByteBuffer(string: "EHLO mail.example\r\n"))
        #expect(throws: ProxyHeaderError.notAHeader) { try client.futureResult.wait() }
        #expect(try channel.readInbound(as: ByteBuffer.self) == nil)
        #expect(!channel.isActive)
    }
}
