import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import SMTPServer

@Suite("Whatever a peer sends, the server answers or closes, and goes on for others") struct MutatedDialogueTests {
    private static let dialogue = Array(
        """
        EHLO client.example\r
        MAIL FROM:<a@else.example> SIZE=10 BODY=8BITMIME RET=HDRS\r
        RCPT TO:<ana@acme.example> NOTIFY=NEVER\r
        DATA\r
        Subject: x\r
        \r
        ..\r
        .\r
        MAIL FROM:<>\r
        RCPT TO:<ana@acme.example>\r
        BDAT 6\r
        A: b\r
        BDAT 0 LAST\r
        RSET\r
        VRFY x\r
        QUIT\r

        """.utf8)

    @Test func survives() async throws {
        try await withServer(["door": "mx"]) { server in
            var random = SeededRandom(seed: 42)
            for _ in 0..<300 { try await send(Self.mutated(&random), to: server.address) }
            let transcript = try Transcript(
                name: "after", text: "S: 220 {text}\nC: NOOP\nS: 250 {text}\nC: QUIT\nS: 221 {text}\nCLOSED")
            try await transcript.play(to: server.address)
        }
    }

    private static func mutated(_ random: inout SeededRandom) -> [UInt8] {
        var octets = dialogue
        for _ in 0..<Int.random(in: 1...8, using: &random) {
            let place = Int.random(in: 0..<octets.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: octets[place] = UInt8.random(in: .min ... .max, using: &random)
            case 1: octets.remove(at: place)
            case 2: octets.insert(contentsOf: [13, 10, 46][..<Int.random(in: 1...3, using: &random)], at: place)
            default: octets.removeLast(min(place, octets.count / 4))
            }
        }
        return octets
    }

    /// Sends it all at once, then closes its side; the server has to end the connection.
    private func send(_ octets: [UInt8], to address: SocketAddress) async throws {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(to: address).get()
        try? await channel.writeAndFlush(ByteBuffer(bytes: octets)).get()
        try? await channel.close().get()
    }
}
