import NIOCore
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

    /// Each line that comes back is of a reply (RFC 5321 §4.2), the first one greets, and the server ends the connection.
    @Test func isAnsweredInReplies() async throws {
        try await withServer(["door": "mx"]) { server in
            for await var random in MutationRun("SMTP dialogues", fixed: 1...10) {
                for _ in 0..<30 {
                    let octets = Self.mutated(Self.dialogue, using: &random)
                    let (lines, isEnded) = try await answers(to: octets, at: server.address)
                    #expect(isEnded, "nothing came for \(Self.patience) after \(String(decoding: octets, as: UTF8.self))")
                    #expect(lines.first?.hasPrefix("220 ") == true)
                    for line in lines { #expect(Self.isReplyLine(line), "\(line)") }
                }
            }
            // It goes on for others, and takes their mail.
            let transcript = try Transcript(
                name: "after",
                text: """
                    S: 220 {text}
                    C: HELO client.example
                    S: 250 {text}
                    C: MAIL FROM:<a@else.example>
                    S: 250 {text}
                    C: RCPT TO:<ana@acme.example>
                    S: 250 {text}
                    C: DATA
                    S: 354 {text}
                    C: Subject: x
                    C: .
                    S: 250 {text}
                    C: QUIT
                    S: 221 {text}
                    CLOSED
                    """)
            try await transcript.play(to: server.address)
        }
    }

    /// `Reply-line`, RFC 5321 §4.2, with the codes that this server knows.
    private static func isReplyLine(_ line: String) -> Bool {
        let octets = Array(line.utf8)
        guard octets.count >= 4, octets.count <= 510, [0x20, 0x2d].contains(octets[3]) else { return false }
        guard octets.allSatisfy({ (0x20...0x7e).contains($0) }) else { return false }
        return codes.contains(String(line.prefix(3)))
    }

    private static let codes: Set = [
        "214", "220", "221", "250", "252", "354", "421", "450", "451", "452", "454", "455", "500", "501", "502", "503", "504",
        "521",
        "523", "530", "535", "538", "550", "551", "552", "553", "554", "555",
    ]

    private static let mutated = Mutation(
        pieces: [
            "\r\n", "\r", "\n", ".", "\r\n.\r\n", "\n.\n", "\r\n.\r", "<", ">", "@", ":", "\"", "=", "\0",
            "BDAT 99999999999 LAST",
        ], changes: 8)

    private static let patience: TimeAmount = .seconds(30)

    /// Sends it all at once and says that nothing more will come.
    ///
    /// - Returns: all lines that came back, and whether the server then ended the connection.
    private func answers(to octets: [UInt8], at address: SocketAddress) async throws -> (lines: [String], isEnded: Bool) {
        let connection = try await TranscriptConnection(to: address, patience: Self.patience)
        var lines = [try await connection.line()].compactMap(\.self)
        try await connection.send(octets)
        await connection.closeOutput()
        while let line = try await connection.line() { lines.append(line) }
        await connection.close()
        return (lines, !connection.wasWaitedForTooLong)
    }
}
