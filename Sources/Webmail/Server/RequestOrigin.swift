internal import HTTPTypes
internal import HummingbirdCore
internal import Mail

/// Whom a request comes from, and whether nobody could read it on its way: declared proxies are believed in both.
struct RequestOrigin: Sendable {
    let client: String
    let isSecure: Bool

    /// - Parameter isSecure: whether the connection to us has TLS.
    init(_ request: Request, peer: String, isSecure: Bool, proxies: [IPNetwork]) {
        guard proxies.contains(where: { $0.contains(peer) }) else {
            (client, self.isSecure) = (peer, isSecure)
            return
        }
        client = ForwardedFor.client(peer: peer, fields: request.headers[values: .forwardedFor], proxies: proxies)
        self.isSecure = isSecure || request.headers[.forwardedProtocol]?.lowercased() == "https"
    }
}

extension HTTPField.Name {
    static let forwardedFor = Self("X-Forwarded-For") ?? .from
    static let forwardedProtocol = Self("X-Forwarded-Proto") ?? .from
}
