internal import Directory
internal import HTTPTypes
internal import HummingbirdCore
internal import Mail
internal import NIOCore

/// Reads the form of the writing page as a browser without scripts sends it, its files straight to disk.
struct ComposeForm {
    let web: Web
    let visitor: Visitor
    let call: Call

    func read() async throws -> FormFields {
        guard var parser = MultipartParser(contentType: call.header(.contentType)) else { throw WebRefusal.badRequest }
        var form = FormFields()
        var (field, value, octets) = (String?.none, ByteBuffer(), 0)
        var file: AsyncThrowingStream<ByteBuffer, any Error>.Continuation?
        var storing: Task<Uploads.File, any Error>?
        defer { file?.finish(throwing: WebRefusal.badRequest) }
        for try await piece in call.request.body {
            for event in try parser.add(piece) {
                switch event {
                case .part(let name, let fileName, let type):
                    (field, value) = (name, ByteBuffer())
                    guard let fileName else { break }
                    try web.check(form["csrf"] ?? call.header(.token), of: visitor, call)
                    guard !fileName.isEmpty else { break }
                    let (stream, continuation) = AsyncThrowingStream.makeStream(of: ByteBuffer.self)
                    file = continuation
                    let (web, visitor) = (web, visitor)
                    storing = Task {
                        try await web.uploads.store(
                            stream, name: fileName, type: type, of: visitor.account.id,
                            largest: visitor.account.maxMessageSize.octets)
                    }
                case .octets(let part):
                    if let file {
                        file.yield(part)
                    } else {
                        octets += part.readableBytes
                        guard octets <= web.limits.form else { throw WebRefusal.tooLarge }
                        value.writeImmutableBuffer(part)
                    }
                case .end:
                    if let open = file {
                        open.finish()
                        file = nil
                        if let stored = try await storing?.value { form.add("upload", stored.id) }
                    } else if let field, field != "file" {
                        form.add(field, String(buffer: value))
                    }
                    field = nil
                }
            }
        }
        guard parser.isDone else { throw WebRefusal.badRequest }
        try web.check(form["csrf"] ?? call.header(.token), of: visitor, call)
        return form
    }
}
