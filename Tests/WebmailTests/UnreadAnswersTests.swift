import TestSupport
import Testing

@testable import Webmail

@Suite("A client that does not read its answers", .timeLimit(.minutes(10))) struct UnreadAnswersTests {
    @Test func itIsForgotten() async throws {
        var limits = WebLimits()
        // Idle is long enough for more answers than there is room for, however busy the machine is.
        (limits.idle, limits.unread) = (.seconds(3), .milliseconds(100))
        try await RunningSite.with(limits) { running in
            let client = try UnreadingClient(port: running.port)
            client.send(String(repeating: "GET /login HTTP/1.1\r\nHost: mail.example\r\n\r\n", count: 50))
            #expect(await client.isForgotten())
        }
    }

    /// More of an answer than the kernel keeps for it waits in this process: it would not get the whole one in any case.
    @Test func itIsCut() async throws {
        var limits = WebLimits()
        (limits.stall, limits.unread) = (.milliseconds(200), .seconds(600))
        try await RunningSite.with(limits) { running in
            let file = String(repeating: String(repeating: "x", count: 900) + "\n", count: 16_000)
            let (id, _) = try await running.site.file(
                """
                Subject: Large
                MIME-Version: 1.0
                Content-Type: multipart/mixed; boundary=b

                --b
                Content-Type: text/plain
                Content-Disposition: attachment; filename=large.txt

                \(file)
                --b--

                """, of: running.site.ana)
            let cookie = try await running.site.session(running.site.ana).cookie["Cookie"] ?? ""
            let client = try UnreadingClient(port: running.port)
            client.send("GET /message/me/\(id)/part/1 HTTP/1.1\r\nHost: mail.example\r\nCookie: \(cookie)\r\n\r\n")
            #expect(await client.isForgotten())
        }
    }
}
