package import HTTPTypes
package import HummingbirdCore
package import NIOCore

/// One request, as endpoints see it.
package struct Call: Sendable {
    package let request: Request
    /// Of the path's pattern: `mail/:box/:folder`.
    package let parameters: [String: String]
    package let query: FormFields
    /// The client's address, without the port.
    package let remote: String
    package let isSecure: Bool

    package var method: HTTPRequest.Method { request.method }

    package func header(_ name: HTTPField.Name) -> String? { request.headers[name] }

    package func cookie(_ name: String) -> String? {
        for field in request.headers[values: .cookie] {
            for pair in field.utf8.split(separator: UInt8(ascii: ";")) {
                let pair = pair.drop { $0 == UInt8(ascii: " ") }
                guard let cut = pair.firstIndex(of: UInt8(ascii: "=")), pair[..<cut].elementsEqual(name.utf8) else { continue }
                return String(Substring(pair[pair.index(after: cut)...]))
            }
        }
        return nil
    }

    /// Whether a script of ours asks, which wants JSON for its answer.
    package var wantsJSON: Bool { header(.accept)?.hasPrefix("application/json") == true }

    /// Which piece of a page a script of ours asks for.
    package var fragment: String? { query["fragment"] }

    /// The fields of a URL-encoded form.
    package func form(limit: Int) async throws -> FormFields {
        let octets = try await body(limit: limit)
        return FormFields(String(buffer: octets))
    }

    package func body(limit: Int) async throws -> ByteBuffer {
        if let length = header(.contentLength).flatMap({ Int($0) }), length > limit { throw WebRefusal.tooLarge }
        var result = ByteBuffer()
        for try await piece in request.body {
            guard result.readableBytes + piece.readableBytes <= limit else { throw WebRefusal.tooLarge }
            result.writeImmutableBuffer(piece)
        }
        // A request whose time is over ends early, and is not what was meant.
        try Task.checkCancellation()
        return result
    }

    package func integer(_ name: String) throws(WebRefusal) -> Int64 {
        guard let value = parameters[name].flatMap({ Int64($0) }) else { throw .notFound }
        return value
    }
}
