package import DNS
package import Domains
package import MailConfiguration

/// What domains are looked at with.
package struct DomainTools: Sendable {
    package var resolver: any Resolver
    package var servers: AuthoritativeServers
    package var webSite: WebSite

    package init(resolver: any Resolver, servers: AuthoritativeServers, webSite: WebSite) {
        self.resolver = resolver
        self.servers = servers
        self.webSite = webSite
    }

    /// As malaposta.yaml says.
    ///
    /// - Throws: `ResolverError` where there is no trust anchor.
    package init(_ dns: NameServiceConfiguration) throws {
        let resolver = try ValidatingResolver(
            ValidatingResolver.Options(
                trustAnchors: [.file(dns.trustAnchorFile ?? ValidatingResolver.systemTrustAnchor)],
                forwarders: dns.forwardTo.compactMap { ServerAddress($0) },
                // A resolver on this machine is a usual one to forward to.
                asksPrivateServers: dns.asksPrivate || !dns.forwardTo.isEmpty))
        self.init(
            resolver: resolver, servers: AuthoritativeServers(resolver, asksPrivate: dns.asksPrivate),
            webSite: WebSite(resolver, fetchesPrivate: dns.asksPrivate))
    }
}

/// Keeps the tools while the configuration that they were made of holds.
package actor DomainToolbox {
    private let make: @Sendable (NameServiceConfiguration) throws -> DomainTools
    private var kept: (configuration: NameServiceConfiguration, tools: DomainTools)?
    private var lent = 0

    /// Checks that have tools of their own at a time, each a resolver with two threads and an empty cache.
    package static let mostFresh = 4

    package init(making make: @escaping @Sendable (NameServiceConfiguration) throws -> DomainTools = { try DomainTools($0) }) {
        self.make = make
    }

    func tools(_ configuration: NameServiceConfiguration) throws -> DomainTools {
        if let kept, kept.configuration == configuration { return kept.tools }
        let tools = try make(configuration)
        kept = (configuration, tools)
        return tools
    }

    /// Runs a check that somebody has ordered with tools that remember nothing: whoever has just mended a zone wants to see that,
    /// and the kept resolver remembers for up to a minute. Beyond `mostFresh` checks at a time the kept ones have to do.
    nonisolated func withFreshTools<Result>(
        _ configuration: NameServiceConfiguration, _ check: (DomainTools) async throws -> Result
    ) async throws -> Result {
        guard let tools = try await lend(configuration) else { return try await check(tools(configuration)) }
        do {
            let result = try await check(tools)
            await takeBack()
            return result
        } catch {
            await takeBack()
            throw error
        }
    }

    private func lend(_ configuration: NameServiceConfiguration) throws -> DomainTools? {
        guard lent < Self.mostFresh else { return nil }
        let tools = try make(configuration)
        lent += 1
        return tools
    }

    private func takeBack() { lent -= 1 }
}
