import NIOCore
import TestSupport
import Testing

@testable import IMAP

@Suite("A client that does not read its replies", .timeLimit(.minutes(10))) struct UnreadRepliesTests {
    /// More than the client has room for.
    private static let commands = (0..<500).map { "c\($0) CAPABILITY\r\n" }.joined()

    enum End: CaseIterable { case logout, tooSlow, stopping }

    /// However its connection ends.
    @Test(arguments: End.allCases) func itIsForgotten(end: End) async throws {
        var limits = IMAPLimits()
        limits.unreadTime = .milliseconds(100)
        limits.farewellTime = .milliseconds(100)
        // Long enough for more replies than there is room for, however busy the machine is.
        if end == .tooSlow { limits.authenticationTime = .seconds(5) }
        try await withServer(limits: limits) { server in
            let client = try UnreadingClient(port: server.address.port ?? 0)
            client.send(Self.commands)
            if end != .tooSlow { #expect(await client.waits { ($0?.unread ?? 0) > 0 }) }
            switch end {
            case .logout: client.send("z LOGOUT\r\n")
            case .stopping: server.stop()
            case .tooSlow: break
            }
            #expect(await client.isForgotten())
        }
    }

    /// Else it would add the message again.
    @Test func itCanReadWhatBecameOfItsMessage() async throws {
        var limits = IMAPLimits()
        limits.unreadTime = .seconds(600)
        try await withServer(limits: limits) { server in
            let client = try UnreadingClient(port: server.address.port ?? 0)
            let message = "Subject: Hello\r\n\r\nHello\r\n"
            client.send(
                Self.commands + "a LOGIN ana@acme.example secret\r\nb APPEND INBOX {\(message.utf8.count)+}\r\n\(message)\r\n"
                    + "z LOGOUT\r\n")
            #expect(await client.waits { $0?.isOpen == false })
            let (text, endsInOrder) = await client.readAll()
            #expect(text.contains("\r\nb OK [APPENDUID "))
            #expect(text.contains("\r\nz OK ") && endsInOrder)
        }
    }
}
