import NIOCore
import NIOEmbedded
import NIOPosix
import Testing

@testable import Worker

@Suite("The PROXY protocol, version 2") struct ProxyTests {
    /// What stands behind the signature: command, family, length, addresses.
    private static func octets(_ rest: [UInt8]) -> [UInt8] { ProxyHeader.signature + rest }

    fileprivate static let four: [UInt8] = octets([0x21, 0x11, 0, 12, 192, 0, 2, 7, 10, 0, 0, 1, 0x12, 0x34, 0, 25])
    fileprivate static let six: [UInt8] = {
        var rest: [UInt8] = [0x21, 0x21, 0, 36, 0x20, 1, 0xd, 0xb8]
        rest.append(contentsOf: [UInt8](repeating: 0, count: 11))
        rest.append(9)
        rest.append(contentsOf: [UInt8](repeating: 0, count: 20))
        return octets(rest)
    }()
    fileprivate static let read: [([UInt8], String?)] = [
        (four, "192.0.2.7"), (six, "2001:db8::9"), (octets([0x20, 0, 0, 0]), nil), (octets([0x21, 0, 0, 0]), nil),
    ]
    fileprivate static let refused: [([UInt8], ProxyHeaderError)] = [
        (Array("EHLO mail".utf8), .notAHeader), (Array("PROXY TCP4 192".utf8), .notAHeader),
        (octets([0x31, 0x11, 0, 12]), .unknownVersion(0x31)), (octets([0x21, 0x31, 0, 0]), .unknownFamily(0x31)),
        (octets([0x21, 0x11, 0, 4, 1, 2, 3, 4]), .tooShort), (octets([0x21, 0x11, 0x04, 0x01]), .tooLong(1_025)),
    ]

    @Test(arguments: ProxyTests.read)
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

    @Test(arguments: ProxyTests.refused)
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
