internal import AsyncHTTPClient
package import DNS
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// Fetches a small file that others name, and never from where only this host can reach.
///
/// Names are looked up by our resolver and the connection goes to an address found then, so that a name cannot mean one thing
/// when it is checked and another when it is used.
package struct WebSite: Sendable {
    package struct Limits: Sendable {
        /// Octets of a file.
        package var size = 65_536
        /// For one request, redirects not included.
        package var deadline: Duration = .seconds(10)
        package var redirects = 3

        package init() {}
    }

    package enum Fetched: Hashable, Sendable {
        case page([UInt8])
        /// An HTTP status other than 200.
        case status(Int)
        case failure(String)
    }

    private let resolver: any DNS.Resolver
    private let fetchesPrivate: Bool
    private let limits: Limits

    /// - Parameter fetchesPrivate: whether addresses that are not the world's are asked: in closed networks and in tests.
    package init(_ resolver: any DNS.Resolver, fetchesPrivate: Bool = false, limits: Limits = Limits()) {
        self.resolver = resolver
        self.fetchesPrivate = fetchesPrivate
        self.limits = limits
    }

    /// - Parameter follows: whether redirects are followed (RFC 8461 §3.3 forbids it for policies).
    package func fetch(_ url: String, follows: Bool = true) async -> Fetched {
        var place = url
        for _ in 0...limits.redirects {
            switch await step(place) {
            case .done(let fetched): return fetched
            case .redirect(let code, let target):
                guard follows else { return .status(code) }
                place = target
            }
        }
        return .failure("more than \(limits.redirects) redirects")
    }

    private enum Step {
        case done(Fetched)
        case redirect(Int, String)
    }

    private func step(_ url: String) async -> Step {
        guard let host = Self.host(of: url), let name = DNSName(host) else { return .done(.failure("\(url) cannot be fetched")) }
        let (found, failure) = await resolver.addresses(of: name)
        let usable = found.filter { fetchesPrivate || $0.isGlobal }
        guard let address = usable.first else {
            let why =
                found.isEmpty
                ? (failure == nil ? "has no address" : "cannot be looked up") : "has only addresses that are not the world's"
            return .done(.failure("\(name) \(why)"))
        }
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.dnsOverride = [host: address.description]
        configuration.timeout.connect = .seconds(5)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let step = await request(url, by: client)
        try? await client.shutdown()
        return step
    }

    private func request(_ url: String, by client: HTTPClient) async -> Step {
        do {
            var request = HTTPClientRequest(url: url)
            request.headers.add(name: "User-Agent", value: "Malaposta")
            let response = try await client.execute(request, timeout: TimeAmount(limits.deadline))
            let code = Int(response.status.code)
            if (300..<400).contains(code), let target = response.headers.first(name: "Location"),
                target.hasPrefix("http://") || target.hasPrefix("https://")
            {
                return .redirect(code, target)
            }
            guard code == 200 else { return .done(.status(code)) }
            let body = try await response.body.collect(upTo: limits.size)
            return .done(.page(Array(body.readableBytesView)))
        } catch is NIOTooManyBytesError {
            return .done(.failure("the file has more than \(limits.size) octets"))
        } catch {
            return .done(.failure("the web site cannot be reached: \(error)"))
        }
    }

    /// The host of an http or https URL, without its port; nil where it is an address or has a user's name.
    static func host(of url: String) -> String? {
        guard let scheme = ["http://", "https://"].first(where: { url.hasPrefix($0) }) else { return nil }
        let authority = url.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.contains("@"), !authority.contains("[") else { return nil }
        let host = String(authority.prefix { $0 != ":" })
        guard !host.isEmpty, IPAddress(host) == nil else { return nil }
        return host
    }
}
