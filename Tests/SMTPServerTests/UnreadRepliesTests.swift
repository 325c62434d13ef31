import SMTPServer
import TestSupport
import Testing

@Suite("A client that does not read its replies", .timeLimit(.minutes(10))) struct UnreadRepliesTests {
    /// More than the client has room for.
    private static let commands = "EHLO client.example\r\n" + String(repeating: "NOOP\r\n", count: 3_000)

    @Test(arguments: ["", "QUIT\r\n"]) func itIsForgotten(last: String) async throws {
        var limits = SMTPLimits()
        // Idle is long enough for more replies than there is room for, however busy the machine is.
        (limits.idle, limits.farewell, limits.unread) = (.seconds(3), .milliseconds(100), .milliseconds(100))
        try await withServer(["door": "mx"], limits: limits) { server in
            let client = try UnreadingClient(port: server.port)
            client.send(Self.commands + last)
            #expect(await client.isForgotten())
        }
    }

    /// Else it would send the message again.
    @Test func itCanReadWhatBecameOfItsMessage() async throws {
        var limits = SMTPLimits.patient
        limits.unread = .seconds(600)
        try await withServer(["door": "mx"], limits: limits) { server in
            let client = try UnreadingClient(port: server.port)
            let message = "Subject: Hello\r\n\r\nHello\r\n"
            client.send(
                Self.commands + "MAIL FROM:<bob@remote.example>\r\nRCPT TO:<ana@acme.example>\r\n"
                    + "BDAT \(message.utf8.count) LAST\r\n" + message + "QUIT\r\n")
            #expect(await client.waits { $0?.isOpen == false })
            #expect(server.receiver.messages.count == 1)
            let (text, endsInOrder) = await client.readAll()
            #expect(text.contains("\r\n250 2.0.0 Ok: queued as "))
            #expect(text.hasSuffix("\r\n") && text.contains("\r\n221 ") && endsInOrder)
        }
    }
}
