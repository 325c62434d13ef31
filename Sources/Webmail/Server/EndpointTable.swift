package import HTTPTypes
package import HummingbirdCore

/// One address that is answered, and how.
package struct Endpoint: Sendable {
    package let method: HTTPRequest.Method
    /// `mail/:box/:folder`: names after colons match one segment.
    package let pattern: String
    let segments: [Substring]
    package let answer: @Sendable (Web, Call) async throws -> Response

    package init(
        _ method: HTTPRequest.Method, _ pattern: String, answer: @escaping @Sendable (Web, Call) async throws -> Response
    ) {
        self.method = method
        self.pattern = pattern
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

/// Everything that the web answers. What is not here is 404; a test asks each with another tenant's ids.
package enum EndpointTable {
    package static let all: [Endpoint] =
        LoginEndpoints.all + MailEndpoints.all + PartEndpoints.all + ActionEndpoints.all + FolderEndpoints.all + TagEndpoints.all
        + ComposeEndpoints.all + SettingsEndpoints.all + [EventEndpoint.events, AssetEndpoint.asset, PolicyEndpoint.mtaSTS]
}
