import Testing
import Worker

@testable import Webmail

@Suite("Peers that go on sending are cut", .timeLimit(.minutes(10))) struct SlowPeerTests {
    /// One of them short, and `farewell`; whatever is not cut by these goes on until the test's own limit.
    private func limits(_ short: WritableKeyPath<WebLimits, Duration>) -> WebLimits {
        var limits = WebLimits()
        limits[keyPath: short] = .seconds(1)
        limits.farewell = .seconds(1)
        return limits
    }

    /// A request, of a visitor or a stranger, with a body of that size to come.
    private func head(_ request: String, size: Int, _ running: RunningSite, isVisitor: Bool) async throws -> String {
        let (cookie, csrf) = try await running.site.session(running.site.ana)
        let session = isVisitor ? "Cookie: \(cookie["Cookie"] ?? "")\r\nX-CSRF-Token: \(csrf)\r\n" : ""
        return "\(request) HTTP/1.1\r\nHost: mail.example\r\n\(session)Content-Length: \(size)\r\n\r\n"
    }

    /// Whatever the answer says, and however large the body is that is not read.
    @Test(arguments: [
        ("POST /uploads?name=x", 60 << 30, false, "303"), ("GET /login", 60 << 30, false, "200"),
        ("POST /nothing", 1_000_000_000, true, "404"), ("POST /settings", 60 << 30, true, "413"),
    ])
    func afterAnEarlyAnswer(request: String, size: Int, isVisitor: Bool, status: String) async throws {
        try await RunningSite.with(limits(\.farewell)) { running in
            let head = try await head(request, size: size, running, isVisitor: isVisitor)
            let heard = try await running.converse(head, then: String(repeating: "x", count: 10_000))
            #expect(heard.hasPrefix("HTTP/1.1 \(status) "))
        }
    }

    @Test(arguments: [("POST /uploads?name=x", true), ("POST /settings", true), ("POST /login", false)])
    func withABodyThatComesOctetByOctet(request: String, isVisitor: Bool) async throws {
        try await RunningSite.with(limits(isVisitor ? \.requestTime : \.strangerTime)) { running in
            let head = try await head(request, size: 1_000, running, isVisitor: isVisitor)
            let heard = try await running.converse(head, then: "x", pause: .milliseconds(20))
            #expect(heard.hasPrefix("HTTP/1.1 408 "))
        }
    }

    @Test(arguments: ["GET /login HTTP/1.1\r\nX: ", "GET /login HTTP/1.1\r\nHost: mail.example\r\n\r\nGET /"])
    func withAHeadThatComesOctetByOctet(head: String) async throws {
        try await RunningSite.with(limits(\.idle)) { running in
            let heard = try await running.converse(head, then: "x", pause: .milliseconds(20))
            // A machine under load may be too slow for the whole head before it.
            #expect(heard.isEmpty || heard.hasPrefix("HTTP/1.1 200 "))
        }
    }

    /// Where one connection of an address may be open.
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false), ("2001:db8::1", "2001:db8::ffff:2", true),
        ("2001:db8::1", "2001:db8:0:1::1", false),
    ])
    func oneAddressHasItsShare(first: String, second: String, isSame: Bool) async throws {
        var limits = WebLimits()
        limits.connectionsPerAddress = 1
        try await TestSite.with(limits) { site in
            let listener = WebListener(
                descriptor: -1, kind: .plain, site: site.site, connections: OpenConnections(), limits: limits,
                logger: site.web.logger)
            let place = listener.place(for: first)
            #expect(place != nil)
            #expect((listener.place(for: second) == nil) == isSame)
            withExtendedLifetime(place) {}
        }
    }
}
