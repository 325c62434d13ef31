import DNS
import Domains
import NIOCore
import NIOPosix
import Testing

/// Answers from a few addresses.
private struct AddressBook: DNS.Resolver {
    var addresses: [String: String]

    func ask(_ name: DNSName, _ type: RecordType) async -> Answer {
        guard let address = addresses[name.text].flatMap({ IPAddress($0) }), address.isIPv6 == (type == .aaaa) else {
            return .noName(.insecure)
        }
        return .records(RecordSet(proof: .insecure, records: [.address(address)]))
    }
}

/// A web site on loopback with one answer for everything.
private final class OneAnswerSite {
    let channel: any Channel
    var port: Int { channel.localAddress?.port ?? 0 }

    init(_ answer: String) async throws {
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in channel.pipeline.addHandler(Handler(answer)) }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    deinit { channel.close(promise: nil) }

    private final class Handler: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private let answer: String

        init(_ answer: String) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
        }
    }
}

@Suite("Files that others name") struct WebSiteTests {
    private func answer(_ body: String, status: String = "200 OK", more: String = "") -> String {
        "HTTP/1.1 \(status)\r\n\(more)Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
    }

    @Test func isFetchedFromTheAddressThatWasChecked() async throws {
        let web = try await OneAnswerSite(answer("token\n"))
        let site = WebSite(AddressBook(addresses: ["a.example": "127.0.0.1"]), fetchesPrivate: true)
        #expect(await site.fetch("http://a.example:\(web.port)/.well-known/x") == .page(Array("token\n".utf8)))
    }

    @Test func isNeverFetchedFromPrivateAddresses() async throws {
        let web = try await OneAnswerSite(answer("secret"))
        let site = WebSite(AddressBook(addresses: ["a.example": "127.0.0.1", "b.example": "169.254.169.254"]))
        for url in [
            "http://a.example:\(web.port)/", "http://b.example/", "http://127.0.0.1:\(web.port)/", "http://[::1]/",
            "file:///etc/passwd",
        ] {
            guard case .failure = await site.fetch(url) else {
                Issue.record("\(url) was fetched")
                continue
            }
        }
    }

    @Test func aRedirectIsCheckedLikeTheFirstStep() async throws {
        let secret = try await OneAnswerSite(answer("secret"))
        let web = try await OneAnswerSite(answer("", status: "302 Found", more: "Location: http://127.0.0.1:\(secret.port)/\r\n"))
        let site = WebSite(AddressBook(addresses: ["a.example": "127.0.0.1"]), fetchesPrivate: true)
        guard case .failure = await site.fetch("http://a.example:\(web.port)/") else {
            Issue.record("an address was fetched")
            return
        }
        #expect(await site.fetch("http://a.example:\(web.port)/", follows: false) == .status(302))
    }

    @Test func aLoopOfRedirectsEnds() async throws {
        let web = try await OneAnswerSite(answer("", status: "302 Found", more: "Location: http://a.example/\r\n"))
        var limits = WebSite.Limits()
        limits.redirects = 0
        let site = WebSite(AddressBook(addresses: ["a.example": "127.0.0.1"]), fetchesPrivate: true, limits: limits)
        #expect(await site.fetch("http://a.example:\(web.port)/") == .failure("more than 0 redirects"))
    }

    @Test func aLargeFileIsNotTaken() async throws {
        let web = try await OneAnswerSite(answer(String(repeating: "x", count: 2_000)))
        var limits = WebSite.Limits()
        limits.size = 1_000
        let site = WebSite(AddressBook(addresses: ["a.example": "127.0.0.1"]), fetchesPrivate: true, limits: limits)
        #expect(await site.fetch("http://a.example:\(web.port)/") == .failure("the file has more than 1000 octets"))
    }
}
