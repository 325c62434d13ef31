internal import NIOCore

/// Writes a template with its values. What is absent, false or empty is not shown.
struct TemplateRenderer {
    private var frames: [Fields]
    /// Of a list of texts.
    private var item = ""
    private(set) var output = ByteBuffer()

    init(_ fields: Fields) {
        frames = [fields]
        output.reserveCapacity(32 << 10)
    }

    mutating func write(_ pieces: [Template.Piece]) {
        for piece in pieces {
            switch piece {
            case .text(let text): output.writeString(text)
            case .value(let name): value(name)?.write(to: &output)
            case .section(let name, let inner): if let value = value(name), value.isShown { value.show(inner, in: &self) }
            case .inverted(let name, let inner): if value(name)?.isShown != true { write(inner) }
            }
        }
    }

    mutating func write(_ inner: [Template.Piece], within fields: Fields) {
        frames.append(fields)
        write(inner)
        frames.removeLast()
    }

    mutating func write(_ inner: [Template.Piece], item text: String) {
        let outer = item
        item = text
        write(inner)
        item = outer
    }

    private func value(_ name: Template.Name) -> (any FieldValue)? {
        if name.first == "." { return item }
        for index in frames.indices.reversed() {
            guard let found = frames[index][name.first] else { continue }
            return name.rest.reduce(found) { $0?.member($1) }
        }
        return nil
    }
}

/// Text as HTML shows it, in elements and in quoted attributes.
enum HTMLEscape {
    static func write(_ text: String, to output: inout ByteBuffer) {
        // Octets have no padding, which is why their bytes are as safe as they.
        let octets = text.utf8Span.span
        var start = 0
        for index in octets.indices {
            guard let reference = reference(octets[index]) else { continue }
            unsafe output.writeBytes(octets.extracting(start..<index).bytes)
            output.writeStaticString(reference)
            start = index + 1
        }
        unsafe output.writeBytes(octets.extracting(start..<octets.count).bytes)
    }

    static func escaped(_ text: String) -> String {
        var output = ByteBuffer()
        write(text, to: &output)
        return String(buffer: output)
    }

    /// Nil for what is written as it stands.
    private static func reference(_ octet: UInt8) -> StaticString? {
        switch octet {
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "\""): "&quot;"
        case UInt8(ascii: "'"): "&#39;"
        default: nil
        }
    }
}
