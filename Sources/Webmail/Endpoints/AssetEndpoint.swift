internal import HTTPTypes
internal import HummingbirdCore

/// Styles, scripts, pictures.
enum AssetEndpoint {
    static let asset = Endpoint(.get, "assets/:digest/:name") { web, call in
        guard call.parameters["digest"] == web.assets.digest, let file = call.parameters["name"].flatMap(web.assets.file) else {
            throw WebRefusal.notFound
        }
        let compressed = ContentCoding.wantsGzip(call.header(.acceptEncoding)) ? file.compressed : nil
        let tag = compressed == nil ? "\"\(file.tag)\"" : "\"\(file.tag)-gzip\""
        let isKnown = EntityTag.isNamed(tag, in: call.header(.ifNoneMatch))
        var response = isKnown ? Response(status: .notModified) : Answer.make(compressed ?? file.octets, file.type)
        if compressed != nil, !isKnown { response.headers[.contentEncoding] = "gzip" }
        // RFC 9110 §15.4.5: these stand in a 304 as well.
        response.headers[.eTag] = tag
        if file.compressed != nil { response.headers[.vary] = "Accept-Encoding" }
        response.headers[.cacheControl] = "public, max-age=31536000, immutable"
        return response
    }
}
