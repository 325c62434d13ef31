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
            for await var random in MutationRun("SMTP dialogues", fixed: 1...10) {
                for _ in 0..<30 { try await send(Self.mutated(Self.dialogue, using: &random), to: server.address) }
            }
            let transcript = try Transcript(
                name: "after", text: "S: 220 {text}\nC: NOOP\nS: 250 {text}\nC: QUIT\nS: 221 {text}\nCLOSED")
            try await transcript.play(to: server.address)
        }
    }

    private static let mutated = Mutation(
        pieces: [
            "\r\n", "\r", "\n", ".", "\r\n.\r\n", "\n.\n", "\r\n.\r", "<", ">", "@", ":", "\"", "=", "\0",
            "BDAT 99999999999 LAST",
        ], changes: 8)

    /// Sends it all at once, then closes its side; the server has to end the connection.
    private func send(_ octets: [UInt8], to address: SocketAddress) async throws {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(to: address).get()
        try? await channel.writeAndFlush(ByteBuffer(bytes: octets)).get()
        try? await channel.close().get()
    }
}
