internal import HTTPTypes
internal import HummingbirdCore
internal import MIME
internal import NIOCore
internal import Store

/// What a message is made of: files, pictures within its HTML, the HTML itself, the original.
enum PartEndpoints {
    static let all: [Endpoint] = [
        Endpoint(.get, "message/:box/:message/part/:part") { web, call in try await file(web, call) },
        Endpoint(.get, "message/:box/:message/parts.zip") { web, call in try await archive(web, call) },
        Endpoint(.get, "message/:box/:message/image/:part") { web, call in try await image(web, call) },
        Endpoint(.get, "message/:box/:message/html/:part") { web, call in try await html(web, call) },
        Endpoint(.get, "message/:box/:message/source") { web, call in try await source(web, call) },
    ]

    /// Pictures that a browser draws without running anything; SVG is not among them.
    private static let pictures: Set<String> = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/avif"]

    private static func stored(_ web: Web, _ call: Call) async throws -> (StoredMessage, OpenMailbox, Visitor) {
        let visitor = try await web.visitor(call)
        let mailbox = try await web.mailbox(call.parameters["box"], of: visitor)
        return (try await web.stored(MessageID(call.integer("message")), in: mailbox), mailbox, visitor)
    }

    private static func part(_ message: StoredMessage, _ call: Call) throws -> Int {
        let part = try call.integer("part")
        guard part >= 0, part < message.structure.parts.count else { throw WebRefusal.notFound }
        return Int(part)
    }

    // MARK: Files

    private static func file(_ web: Web, _ call: Call) async throws -> Response {
        let message = try await stored(web, call).0
        let part = try part(message, call)
        guard let file = message.structure.displayParts.attachments.first(where: { $0.index == part }) else {
            throw WebRefusal.notFound
        }
        // Browsers guess from the type, so only its text is handed on; what is saved has the sender's octets.
        return download(body(message.octets(of: part)), name: file.name, type: file.type)
    }

    /// The content as it comes from the disk: its length is not known before it is decoded.
    private static func body(_ content: PartContent) -> ResponseBody {
        ResponseBody { writer in
            var content = content
            while let piece = try await content.next() { try await writer.write(piece) }
            try await writer.finish(nil)
        }
    }

    private static func download(_ body: ResponseBody, name: String, type: String) -> Response {
        let isText = type.hasPrefix("text/") || type.contains("html") || type.contains("xml") || type.contains("script")
        let headers: HTTPFields = [
            .contentType: isText ? "application/octet-stream" : Uploads.cleanType(type), .contentDisposition: disposition(name),
            .contentSecurityPolicy: Security.filePolicy, .cacheControl: "private, no-store",
        ]
        return Response(status: .ok, headers: headers, body: body)
    }

    /// RFC 6266 §4: always `attachment`; the plain name has only harmless characters, the full one is encoded (RFC 8187).
    static func disposition(_ name: String) -> String {
        let clean = Uploads.clean(name)
        let plain = String(clean.map { $0.isASCII && ($0.isLetter || $0.isNumber || " .-_()".contains($0)) ? $0 : "_" })
        return "attachment; filename=\"\(plain)\"; filename*=UTF-8''\(FormFields.encode(clean))"
    }

    /// All files of a message in one.
    private static func archive(_ web: Web, _ call: Call) async throws -> Response {
        let (message, mailbox, visitor) = try await stored(web, call)
        let files = message.structure.displayParts.attachments.filter(LetterFields.isListed)
        guard !files.isEmpty, let detail = try await mailbox.account.message(message.id) else { throw WebRefusal.notFound }
        guard message.content.size <= ZipArchive.limit else { throw WebRefusal.tooLarge }
        let body = ResponseBody { [archive = ZipArchive(at: visitor.clock.moment(detail.listing.received))] writer in
            var archive = archive
            for file in files {
                try await writer.write(archive.begin(file.name))
                var content = message.octets(of: file.index)
                while let piece = try await content.next() {
                    archive.add(piece)
                    try await writer.write(piece)
                }
                try await writer.write(archive.end())
            }
            try await writer.write(archive.finish())
            try await writer.finish(nil)
        }
        let subject = detail.listing.subject.isEmpty ? visitor.words["attachments"] : detail.listing.subject
        return download(body, name: "\(subject.prefix(80)).zip", type: "application/zip")
    }

    private static func image(_ web: Web, _ call: Call) async throws -> Response {
        let message = try await stored(web, call).0
        let part = try part(message, call)
        let type = message.structure.parts[part].contentType.essence
        guard pictures.contains(type) else { throw WebRefusal.notFound }
        let headers: HTTPFields = [.contentType: type, .contentSecurityPolicy: Security.filePolicy]
        return Response(status: .ok, headers: headers, body: body(message.octets(of: part)))
    }

    // MARK: HTML

    private static func html(_ web: Web, _ call: Call) async throws -> Response {
        let (message, mailbox, visitor) = try await stored(web, call)
        let part = try part(message, call)
        let display = message.structure.displayParts
        guard display.texts.contains(where: { $0.html == part }) else { throw WebRefusal.notFound }
        let path = mailbox.path(message: message.id)
        let always = try await mailbox.account.setting(SettingsEndpoints.imagesKey) == "always"
        let showsExternal = always || call.query["images"] == "1"
        let mail = HTMLMail(
            html: try await message.text(of: part, limit: web.limits.shownHTML), theme: visitor.theme, showsImages: showsExternal)
        var response = Answer.html(ByteBuffer(string: mail.document(related: display.related, partsPath: path)))
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
        let visitor = try await web.visitor(call)
        let mailbox = try await web.mailbox(call.parameters["box"], of: visitor)
        let content = try await mailbox.account.content(of: MessageID(call.integer("message")))
        let piece = web.limits.piece
        let body = ResponseBody(contentLength: content.size) { writer in
            var offset = 0
            while offset < content.size {
                let octets = try await content.read(offset: offset, length: piece)
                offset += octets.readableBytes
                try await writer.write(octets)
            }
            try await writer.finish(nil)
        }
        var response = Response(status: .ok, headers: [.contentType: "message/rfc822"], body: body)
        response.headers[.contentDisposition] = disposition("message-\(content.message).eml")
        response.headers[.contentSecurityPolicy] = Security.filePolicy
        return response
    }
}
