internal import Directory
internal import HTTPTypes
internal import HummingbirdCore
internal import Mail
internal import MailConfiguration

/// What senders of other hosts fetch of a domain.
enum PolicyEndpoint {
    private static let prefix = "mta-sts."

    /// The MTA-STS policy of the domain whose `mta-sts` host is asked for (RFC 8461 §3.2, §3.3): over TLS alone, of a domain that
    /// takes mail here and wants one.
    static let mtaSTS = Endpoint(.get, ".well-known/mta-sts.txt") { web, call in
        let host = (call.request.head.authority ?? "").prefix { $0 != ":" }.lowercased()
        guard call.isSecure, host.hasPrefix(prefix), let name = try? DomainName(String(host.dropFirst(prefix.count))) else {
            throw WebRefusal.notFound
        }
        let generation = web.generation.value
        guard let domain = try await generation.domain(name), domain.isActive, let wanted = domain.configuration?.mtaSTS,
            wanted.mode != .none
        else { throw WebRefusal.notFound }
        // §3.3: HTTP's own caching has no say.
        return Answer.text(wanted.policy(host: generation.host.hostName), status: .ok)
    }
}
