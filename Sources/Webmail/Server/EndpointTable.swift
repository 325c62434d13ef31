package import HTTPTypes
package import HummingbirdCore

/// One address that is answered, and how.
package struct Endpoint: Sendable {
    package let method: HTTPRequest.Method
    /// `mail/:box/:folder`: names after colons match one segment.
    package let pattern: String
    let segments: [Substring]
    /// Whether it is answered without TLS too, where all else is sent to https.
    let isInTheClear: Bool
    package let answer: @Sendable (Web, Call) async throws -> Response

    package init(
        _ method: HTTPRequest.Method, _ pattern: String, inTheClear: Bool = false,
        answer: @escaping @Sendable (Web, Call) async throws -> Response
    ) {
        self.method = method
        self.pattern = pattern
        isInTheClear = inTheClear
        self.answer = answer
        segments = pattern.split(separator: "/")
    }

    func parameters(of path: [Substring]) -> [String: String]? {
        guard path.count == segments.count else { return nil }
        var parameters: [String: String] = [:]
        for (wanted, given) in zip(segments, path) {
            if wanted.first == ":" {
                parameters[String(wanted.dropFirst())] = FormFields.decode(given.utf8)
            } else if wanted != given {
                return nil
            }
        }
        return parameters
    }
}

/// Everything that the web answers, but for the 308 that leads to https. What is not here is 404; a test asks each with another
/// tenant's ids.
package enum EndpointTable {
    package static let all: [Endpoint] =
        LoginEndpoints.all + MailEndpoints.all + PartEndpoints.all + ActionEndpoints.all + FolderEndpoints.all + TagEndpoints.all
        + ComposeEndpoints.all + SettingsEndpoints.all + [
            EventEndpoint.events, AssetEndpoint.asset, PolicyEndpoint.mtaSTS, AcmeChallenge.answer,
        ]

    /// Whether a request that came without TLS is answered where it came.
    static func isInTheClear(_ request: Request) -> Bool {
        let path = (request.head.path ?? "/").prefix { $0 != "?" }.split(separator: "/")
        return all.contains { $0.isInTheClear && $0.parameters(of: path) != nil }
    }
}
