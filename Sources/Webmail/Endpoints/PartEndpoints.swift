internal import HTTPTypes
internal import HummingbirdCore
internal import MIME
internal import NIOCore
internal import Store

/// What a message is made of: files, pictures within its HTML, the HTML itself, the original.
enum PartEndpoints {
    static let all: [Endpoint] = [
        Endpoint(.get, "message/:box/:message/part/:part") { web, call in try await file(web, call) },
        Endpoint(.get, "message/:box/:message/image/:part") { web, call in try await image(web, call) },
        Endpoint(.get, "message/:box/:message/html/:part") { web, call in try await html(web, call) },
        Endpoint(.get, "message/:box/:message/source") { web, call in try await source(web, call) },
    ]

    /// Pictures that a browser draws without running anything; SVG is not among them.
    private static let pictures: Set<String> = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/avif"]

    private static func content(_ web: Web, _ call: Call) async throws -> (OpenMailbox, MessageContent, Visitor) {
        let visitor = try await web.visitor(call)
        let mailbox = try await web.mailbox(call.parameters["box"], of: visitor)
        return (mailbox, try await mailbox.account.content(of: MessageID(call.integer("message"))), visitor)
    }

    private static func parsed(_ web: Web, _ call: Call) async throws -> (ParsedMessage, Int) {
        let (_, content, _) = try await content(web, call)
        let message = ParsedMessage(try await content.whole(limit: web.limits.message))
        let part = try call.integer("part")
        guard message.structure.parts.indices.contains(Int(part)) else { throw WebRefusal.notFound }
        return (message, Int(part))
    }

    // MARK: Files

    private static func file(_ web: Web, _ call: Call) async throws -> Response {
        let (message, part) = try await parsed(web, call)
        guard let file = message.structure.displayParts.attachments.first(where: { $0.index == part }) else {
            throw WebRefusal.notFound
        }
        // Browsers guess from the type, so only its text is handed on; what is saved has the sender's octets.
        return download(message.content(of: part), name: file.name, type: file.type)
    }

    private static func download(_ octets: ByteBuffer, name: String, type: String) -> Response {
        let isText = type.hasPrefix("text/") || type.contains("html") || type.contains("xml") || type.contains("script")
        var response = Answer.make(octets, isText ? "application/octet-stream" : Uploads.cleanType(type))
        response.headers[.contentDisposition] = disposition(name)
        response.headers[.contentSecurityPolicy] = Security.filePolicy
        response.headers[.cacheControl] = "private, no-store"
        return response
    }

    /// RFC 6266 §4: always `attachment`; the plain name has only harmless characters, the full one is encoded (RFC 8187).
    static func disposition(_ name: String) -> String {
        let clean = Uploads.clean(name)
        let plain = String(clean.map { $0.isASCII && ($0.isLetter || $0.isNumber || " .-_()".contains($0)) ? $0 : "_" })
        return "attachment; filename=\"\(plain)\"; filename*=UTF-8''\(FormFields.encode(clean))"
    }

    private static func image(_ web: Web, _ call: Call) async throws -> Response {
        let (message, part) = try await parsed(web, call)
        let type = message.structure.parts[part].contentType.essence
        guard pictures.contains(type) else { throw WebRefusal.notFound }
        var response = Answer.make(message.content(of: part), type)
        response.headers[.contentSecurityPolicy] = Security.filePolicy
        return response
    }

    // MARK: HTML

    private static func html(_ web: Web, _ call: Call) async throws -> Response {
        let (mailbox, content, visitor) = try await content(web, call)
        let message = ParsedMessage(try await content.whole(limit: web.limits.message))
        let part = Int(try call.integer("part"))
        let display = message.structure.displayParts
        guard display.texts.contains(where: { $0.html == part }) else { throw WebRefusal.notFound }
        let path = mailbox.path(message: content.message)
        let always = try await mailbox.account.setting(SettingsEndpoints.imagesKey) == "always"
        let text = message.text(of: part, limit: web.limits.shownHTML)
        _ = visitor
        var response = Answer.html(HTMLMail.document(text, related: display.related, partsPath: path))
        let showsExternal = always || call.query["images"] == "1"
        let own = ownSource(call, path)
        let images = ([own, "data:"] + (showsExternal ? ["https:", "http:"] : [])).compactMap { $0 }.joined(separator: " ")
        response.headers[.contentSecurityPolicy] = HTMLMail.policy(images: images)
        return response
    }

    /// The pictures of this one mail, so that its HTML can ask nothing else of us. Without a plain host name, none.
    private static func ownSource(_ call: Call, _ path: String) -> String? {
        guard let host = call.request.head.authority,
            host.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x7a).contains($0 | 0x20) || ".-:[]".utf8.contains($0) })
        else { return nil }
        return "\(call.isSecure ? "https" : "http")://\(host)\(path)/image/"
    }

    private static func source(_ web: Web, _ call: Call) async throws -> Response {
        let (_, content, _) = try await content(web, call)
        let body = ResponseBody(contentLength: content.size) { writer in
            var offset = 0
            while offset < content.size {
                let piece = try await content.read(offset: offset, length: 256 << 10)
                offset += piece.readableBytes
                try await writer.write(piece)
            }
            try await writer.finish(nil)
        }
        var response = Response(status: .ok, headers: [.contentType: "message/rfc822"], body: body)
        response.headers[.contentDisposition] = disposition("message-\(content.message).eml")
        response.headers[.contentSecurityPolicy] = Security.filePolicy
        return response
    }
}
