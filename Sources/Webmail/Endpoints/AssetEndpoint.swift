internal import HTTPTypes
internal import HummingbirdCore

/// Styles, scripts, pictures.
enum AssetEndpoint {
    static let asset = Endpoint(.get, "assets/:digest/:name") { web, call in
        guard call.parameters["digest"] == web.assets.digest, let file = call.parameters["name"].flatMap(web.assets.file) else {
            throw WebRefusal.notFound
        }
        var response = Answer.make(file.octets, file.type)
        response.headers[.cacheControl] = "public, max-age=31536000, immutable"
        return response
    }
}
