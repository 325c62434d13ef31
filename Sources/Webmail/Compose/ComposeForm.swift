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
        var reading = Reading(form: FormFields())
        do { try await read(into: &reading) } catch {
            await reading.file?.abandon()
            await web.uploads.remove(reading.stored, of: visitor.account.id)
            throw error
        }
        return reading.form
    }

    /// What has been read so far: the fields, the files that are stored, and the file or field under way.
    private struct Reading {
        var form: FormFields
        var stored: [String] = []
        var file: IncomingFile?
        var field: String?
        var value = ByteBuffer()
        var octets = 0
    }

    private func read(into reading: inout Reading) async throws {
        guard var parser = MultipartParser(contentType: call.header(.contentType)) else { throw WebRefusal.badRequest }
        for try await piece in call.request.body {
            for event in try parser.add(piece) { try await take(event, &reading) }
        }
        guard parser.isDone else { throw WebRefusal.badRequest }
        try web.check(reading.form["csrf"] ?? call.header(.token), of: visitor, call)
    }

    private func take(_ event: MultipartParser.Event, _ reading: inout Reading) async throws {
        switch event {
        case .part(let name, let fileName, let type):
            (reading.field, reading.value) = (name, ByteBuffer())
            guard let fileName else { return }
            // Nothing is written to disk for a form that is not ours.
            try web.check(reading.form["csrf"] ?? call.header(.token), of: visitor, call)
            guard !fileName.isEmpty else { return }
            let announced = Uploads.Announced(
                name: fileName, type: type, account: visitor.account.id, largest: visitor.account.maxMessageSize.octets)
            reading.file = try await web.uploads.begin(announced)
        case .octets(let part):
            if let file = reading.file { return try await file.write(part) }
            reading.octets += part.readableBytes
            guard reading.octets <= web.limits.form else { throw WebRefusal.tooLarge }
            reading.value.writeImmutableBuffer(part)
        case .end:
            if let file = reading.file {
                let stored = try await file.finish()
                reading.file = nil
                reading.stored.append(stored.id)
                reading.form.add("upload", stored.id)
            } else if let field = reading.field, field != "file" {
                reading.form.add(field, String(buffer: reading.value))
            }
            reading.field = nil
        }
    }
}
