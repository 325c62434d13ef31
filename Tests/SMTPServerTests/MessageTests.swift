import Directory
import Mail
import NIOCore
import SMTP
import SMTPServer
import TestSupport
import Testing

@Suite("Messages as they reach the receiver, RFC 5321 §4.4, RFC 6409 §8") struct MessageTests {
    private static let mail = """
        S: 220 {text}
        C: EHLO client.example
        S~ 250-mail.example {text}
        S~ 250-PIPELINING
        S~ 250-8BITMIME
        S~ 250-SMTPUTF8
        S~ 250-CHUNKING
        S~ 250-ENHANCEDSTATUSCODES
        S~ 250-DSN
        S~ 250-SIZE {size}
        S~ 250-LIMITS {text}
        S? 250-STARTTLS
        S: 250 {text}

        """
    private static let login = """
        C: AUTH PLAIN AGFuYUBhY21lLmV4YW1wbGUAc2VjcmV0
        S: 235 2.7.0 {text}

        """

    private func play(_ text: String, _ settings: [String: String]) async throws -> [MemoryReceiver.Message] {
        let receiver = MemoryReceiver()
        let transcript = try Transcript(name: "inline", text: text)
        try await withServer(settings, receiver: receiver) { server in try await transcript.play(to: server.address) }
        return receiver.messages
    }

    @Test func mxAddsItsTraceAndNothingElse() async throws {
        let messages = try await play(
            Self.mail + """
                C: MAIL FROM:<a@else.example>
                S: 250 {text}
                C: RCPT TO:<ana@acme.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;ana+40acme.example
                S: 250 {text}
                C: DATA
                S: 354 {text}
                C! Subject: x\\r\\n\\r\\n..dot\\r\\nend\\r\\n.\\r\\n
                S: 250 2.0.0 Ok: queued as M1
                C: QUIT
                S: 221 {text}
                CLOSED
                """, ["door": "mx"])
        let message = try #require(messages.first)
        #expect(message.octets.hasPrefix("Received: from client.example ([127.0.0.1])\r\n\tby mail.example with ESMTP id "))
        #expect(message.octets.contains("\r\n\tfor <ana@acme.example>;\r\n\tTue, 24 Nov 2026 02:30:00 +0000\r\n"))
        #expect(message.octets.hasSuffix("+0000\r\nSubject: x\r\n\r\n.dot\r\nend\r\n"))
        #expect(message.envelope.recipients.first?.notify == [.success, .delay])
        #expect(message.envelope.recipients.first?.originalRecipient == "rfc822;ana@acme.example")
    }

    @Test func submissionAddsWhatIsMissingAndHidesTheUser() async throws {
        let messages = try await play(
            Self.mail + Self.login + """
                C: MAIL FROM:<ana@acme.example>
                S: 250 {text}
                C: RCPT TO:<x@else.example>
                S: 250 {text}
                C: DATA
                S: 354 {text}
                C! From: Ana <info@acme.example>\\r\\n\\r\\nhi\\r\\n.\\r\\n
                S: 250 2.0.0 Ok: queued as M1
                """, ["door": "submission", "plaintext": "loopback"])
        let message = try #require(messages.first)
        #expect(message.octets.hasPrefix("Received: by mail.example with ESMTPA id "))
        #expect(!message.octets.contains("127.0.0.1") && !message.octets.contains("client.example"))
        #expect(message.octets.contains("\r\nDate: Tue, 24 Nov 2026 02:30:00 +0000\r\nMessage-ID: <"))
        #expect(message.octets.contains("@acme.example>\r\nFrom: Ana"))
        #expect(message.facts.account?.address.localPart == "ana")
    }

    @Test func localClientHoldsAndFilesSent() async throws {
        let receiver = MemoryReceiver()
        try await withServer(["door": "local"], receiver: receiver) { server in
            let path = try #require(server.address.pathname)
            let client = SMTPClient(.unixSocket(path: path), helo: "localhost", login: .account(server.ana.id))
            let envelope = Envelope(
                sender: server.ana.address,
                recipients: [
                    EnvelopeRecipient(try Address("x@else.example")), EnvelopeRecipient(try Address("full@acme.example")),
                ])
            let octets = ByteBuffer(
                string: "From: ana@acme.example\r\nDate: x\r\nMessage-ID: <1@a>\r\n\r\n.leading dot\r\nno end")
            let message = OutgoingMessage(envelope, size: octets.readableBytes, holdFor: .seconds(10), filesSentCopy: true)
            let accepted = try await client.send(message, octets: octets)
            #expect(accepted.queueID == "M1")
            #expect(accepted.refused.map(\.reply.code) == [552])
        }
        let message = try #require(receiver.messages.first)
        #expect(message.facts.holdUntil == serverTime + 10 && message.facts.filesSentCopy)
        #expect(message.octets.hasSuffix("Message-ID: <1@a>\r\n\r\n.leading dot\r\nno end\r\n"))
    }

    @Test func streamsLargeBodiesPieceByPiece() async throws {
        let receiver = MemoryReceiver(keepsOctets: false)
        try await withServer(["door": "local"], receiver: receiver) { server in
            let path = try #require(server.address.pathname)
            let client = SMTPClient(.unixSocket(path: path), helo: "localhost", login: .account(server.ana.id))
            let envelope = Envelope(sender: server.ana.address, recipients: [EnvelopeRecipient(server.ana.address)])
            let line = String(repeating: "x", count: 70) + "\r\n.\r\n"
            let block = ByteBuffer(string: String(repeating: line, count: 1000))
            let header = ByteBuffer(string: "From: ana@acme.example\r\n\r\n")
            let blocks = 30_000_000 / block.readableBytes
            let octets = AsyncStream<ByteBuffer> { continuation in
                continuation.yield(header)
                for _ in 0..<blocks { continuation.yield(block) }
                continuation.finish()
            }
            _ = try await client.send(OutgoingMessage(envelope), octets: octets)
            let message = try #require(server.receiver.messages.first)
            #expect(message.size > blocks * block.readableBytes && message.size < blocks * block.readableBytes + 1000)
            // No write holds more than one read of the socket.
            #expect(message.largestWrite <= 1 << 20)
        }
    }

    @Test func revokedSessionIsTold421() async throws {
        let transcript = try Transcript(
            name: "revoked", text: Self.mail + Self.login + "DO revoke\nS: 421 4.7.0 {text}\nCLOSED")
        try await withServer(["door": "submission", "plaintext": "loopback"]) { server in
            try await transcript.play(to: server.address) { name in
                if name == "revoke" { server.registry.end(server.ana.id, .suspended) }
            }
        }
    }

    @Test func newGenerationHoldsInOpenSessions() async throws {
        let dialogue = try Transcript(
            name: "generation",
            text: Self.mail + """
                C: MAIL FROM:<>
                S: 250 {text}
                C: RCPT TO:<ana@acme.example>
                S: 250 {text}
                DO replace
                C: RCPT TO:<ana@acme.example>
                S: 550 5.7.1 {text}
                """)
        let empty = Generation(number: 2, content: GenerationContent(host: try ExampleHost().content.host, tenants: []))
        try await withServer(["door": "mx"]) { server in
            try await dialogue.play(to: server.address) { _ in server.generation.replace(with: empty) }
        }
    }
}
