import Directory
import Mail
import NIOCore
import Store
import Testing

@testable import IMAP

@Suite("How sessions live and end") struct SessionLifeTests {
    private func loggedIn(_ server: RunningServer) async throws -> TestClient {
        let client = try await TestClient(server.address)
        _ = await client.line()
        #expect(try await client.command("LOGIN ana@acme.example secret").hasPrefix("t OK"))
        return client
    }

    /// At once where its client reads; by default in less than a second whatever the client does.
    @Test(arguments: [SessionEnd.passwordChanged, .suspended, .removed])
    func anEndedAccountGetsBye(reason: SessionEnd) async throws {
        #expect(IMAPLimits().farewellTime < .seconds(1))
        try await withServer { server in
            let client = try await loggedIn(server)
            server.services.sessions.end(server.host.ana.id, reason)
            #expect(await client.line()?.hasPrefix("* BYE ") == true)
            #expect(await client.line() == nil)
        }
    }

    @Test func aNewGenerationIsInForceInOpenSessions() async throws {
        try await withServer { server in
            let client = try await loggedIn(server)
            #expect(try await client.command("STATUS ~info/INBOX (MESSAGES)").hasPrefix("t OK"))
            server.services.generation.replace(with: try server.host.generation(2) { $0.shared = [] })
            #expect(try await client.command("STATUS ~info/INBOX (MESSAGES)").hasPrefix("t NO [NONEXISTENT]"))
            server.services.generation.replace(with: try server.host.generation(3) { $0.state = .retired })
            #expect(await client.line()?.hasPrefix("* BYE ") == true)
            #expect(await client.line() == nil)
        }
    }

    @Test func aSharedMailboxThatIsNoLongerSharedIsLeft() async throws {
        try await withServer { server in
            let client = try await loggedIn(server)
            #expect(try await client.command("SELECT ~info/INBOX").hasPrefix("t OK"))
            server.services.generation.replace(with: try server.host.generation(2) { $0.shared = [] })
            #expect(await client.line() == "* BYE The selected mailbox is no longer shared with you")
        }
    }

    @Test func connectionsFromOneAddressAreBounded() async throws {
        var limits = IMAPLimits.patient
        limits.connectionsPerAddress = 2
        try await withServer(limits: limits) { server in
            let first = try await loggedIn(server)
            let second = try await loggedIn(server)
            let third = try await TestClient(server.address)
            #expect(await third.line() == "* BYE [LIMIT] Too many connections")
            #expect(await third.line() == nil)
            #expect(try await first.command("LOGOUT").hasPrefix("t OK"))
            #expect(await first.line() == nil)
            #expect(try await second.command("NOOP") == "t OK Done")
        }
    }

    @Test func sessionsOfOneAccountAreBounded() async throws {
        var limits = IMAPLimits.patient
        limits.sessionsPerAccount = 1
        try await withServer(limits: limits) { server in
            let first = try await loggedIn(server)
            let second = try await TestClient(server.address)
            _ = await second.line()
            #expect(try await second.command("LOGIN ana@acme.example secret") == "t NO [LIMIT] Too many sessions of this account")
            #expect(try await first.command("NOOP") == "t OK Done")
        }
    }

    @Test func whoIsTooSlowToLogInIsSentAway() async throws {
        var limits = IMAPLimits.patient
        limits.authenticationTime = .milliseconds(50)
        try await withServer(limits: limits) { server in
            let client = try await TestClient(server.address)
            _ = await client.line()
            #expect(await client.line() == "* BYE Too slow to log in")
            #expect(await client.line() == nil)
        }
    }

    @Test func whoSaysNothingIsSentAway() async throws {
        var limits = IMAPLimits.patient
        limits.idleTime = .milliseconds(50)
        try await withServer(limits: limits) { server in
            let client = try await loggedIn(server)
            #expect(await client.line() == "* BYE Nothing was heard for too long")
            #expect(await client.line() == nil)
        }
    }

    @Test func aMessageThatStopsComingEndsTheConnection() async throws {
        var limits = IMAPLimits.patient
        limits.stallTime = .seconds(1)
        try await withServer(limits: limits) { server in
            let client = try await loggedIn(server)
            try await client.send("a APPEND INBOX {100}\r\n")
            #expect(await client.line() == "+ Ready")
            // It may be told before it has sent any of it.
            try? await client.send("Subject: slow")
            #expect(await client.line() == "* BYE Nothing was heard for too long")
            #expect(await client.line() == nil)
        }
    }

    @Test func aClientThatNeverReadsIsCut() async throws {
        var limits = IMAPLimits.patient
        limits.stallTime = .milliseconds(200)
        try await withServer(limits: limits) { server in
            try await server.deliver(RunningServer.message(1) + String(repeating: "x", count: 4 << 20))
            let client = try await TestClient(server.address, reads: false)
            try await client.send("a LOGIN ana@acme.example secret\r\nb SELECT INBOX\r\n")
            // It may be cut before it has asked for all.
            for number in 0..<20 { try? await client.send("c\(number) FETCH 1 BODY.PEEK[]\r\n") }
            #expect(await client.isCut(within: .seconds(30)))
        }
    }

    @Test func whoIsConnectedIsToldThatTheServerStops() async throws {
        try await withServer { server in
            let client = try await loggedIn(server)
            let idle = try await loggedIn(server)
            try await idle.send("a IDLE\r\n")
            #expect(await idle.line() == "+ idling")
            server.stop()
            #expect(await client.line() == "* BYE [UNAVAILABLE] The server is stopping, please come back")
            #expect(await idle.line() == "* BYE [UNAVAILABLE] The server is stopping, please come back")
            #expect(await idle.line() == nil)
        }
    }

    @Test func oneConnectionThatBreaksHarmsNobody() async throws {
        try await withServer { server in
            let client = try await loggedIn(server)
            for _ in 0..<20 {
                let other = try await TestClient(server.address)
                try await other.send("a LOGIN {5")
                await other.close()
            }
            #expect(try await client.command("NOOP") == "t OK Done")
        }
    }
}
