internal import NIOCore

/// Writes a template with its values.
///
/// What a field may be: a text, a number, a flag, fields, a list of fields, or a list of texts. What is absent, false or empty is not
/// shown.
struct TemplateRenderer {
    private var frames: [Fields]
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
            case .value(let name): write(value(name))
            case .section(let name, let inner): section(value(name), inner)
            case .inverted(let name, let inner): if !Self.isShown(value(name)) { write(inner) }
            }
        }
    }

    private func value(_ name: Template.Name) -> (any Sendable)? {
        if name.first == "." { return item }
        for index in frames.indices.reversed() {
            guard let found = frames[index][name.first] else { continue }
            return name.rest.reduce(found) { Self.member($1, of: $0) }
        }
        return nil
    }

    private static func member(_ name: String, of value: (any Sendable)?) -> (any Sendable)? {
        if let fields = value as? Fields { return fields[name] }
        return (value as? [String: String])?[name]
    }

    private mutating func write(_ value: (any Sendable)?) {
        switch value {
        case let text as String: HTMLEscape.write(text, to: &output)
        case let number as Int: output.writeString(String(number))
        case let flag as Bool: output.writeString(flag ? "true" : "false")
        default: break
        }
    }

    private static func isShown(_ value: (any Sendable)?) -> Bool {
        switch value {
        case nil: false
        case let flag as Bool: flag
        case let text as String: !text.isEmpty
        case let list as [Fields]: !list.isEmpty
        case let list as [String]: !list.isEmpty
        default: true
        }
    }

    private mutating func section(_ value: (any Sendable)?, _ inner: [Template.Piece]) {
        switch value {
        case let list as [Fields]: for fields in list { write(inner, in: fields) }
        case let fields as Fields: write(inner, in: fields)
        case let list as [String]:
            let outer = item
            for text in list {
                item = text
                write(inner)
            }
            item = outer
        default: if Self.isShown(value) { write(inner) }
        }
    }

    private mutating func write(_ inner: [Template.Piece], in fields: Fields) {
        frames.append(fields)
        write(inner)
        frames.removeLast()
    }
}

/// Text as HTML shows it, in elements and in quoted attributes.
enum HTMLEscape {
    static func write(_ text: String, to output: inout ByteBuffer) {
        guard text.utf8.contains(where: isSpecial) else {
            output.writeString(text)
            return
        }
        for octet in text.utf8 {
            switch octet {
            case UInt8(ascii: "<"): output.writeStaticString("&lt;")
            case UInt8(ascii: ">"): output.writeStaticString("&gt;")
            case UInt8(ascii: "&"): output.writeStaticString("&amp;")
            case UInt8(ascii: "\""): output.writeStaticString("&quot;")
            case UInt8(ascii: "'"): output.writeStaticString("&#39;")
            default: output.writeInteger(octet)
            }
        }
    }

    static func escaped(_ text: String) -> String {
        var output = ByteBuffer()
        write(text, to: &output)
        return String(buffer: output)
    }

    private static func isSpecial(_ octet: UInt8) -> Bool {
        octet == 0x3c || octet == 0x3e || octet == 0x26 || octet == 0x22 || octet == 0x27
    }
}
