/// JSON as text, indented by two spaces; short lists stand in one line.
extension JSONValue: CustomStringConvertible {
    package var description: String {
        var text = ""
        write(to: &text, indent: "")
        return text
    }

    private func write(to text: inout String, indent: String) {
        switch self {
        case .null: text += "null"
        case .boolean(let value): text += value ? "true" : "false"
        case .integer(let value): text += String(value)
        case .string(let value): Self.write(value, to: &text)
        case .array(let items): Self.write(items, to: &text, indent)
        case .object(let members): Self.write(members, to: &text, indent)
        }
    }

    private var isPlain: Bool {
        switch self {
        case .array, .object: false
        case .null, .boolean, .integer, .string: true
        }
    }

    private static func write(_ items: [JSONValue], to text: inout String, _ indent: String) {
        let isShort = items.allSatisfy(\.isPlain)
        text += "["
        for (index, item) in items.enumerated() {
            if index > 0 { text += isShort ? ", " : "," }
            if !isShort { text += "\n\(indent)  " }
            item.write(to: &text, indent: indent + "  ")
        }
        text += isShort ? "]" : "\n\(indent)]"
    }

    private static func write(_ members: [JSONMember], to text: inout String, _ indent: String) {
        guard !members.isEmpty else { return text += "{}" }
        text += "{"
        for (index, member) in members.enumerated() {
            text += "\(index > 0 ? "," : "")\n\(indent)  "
            write(member.key, to: &text)
            text += ": "
            member.value.write(to: &text, indent: indent + "  ")
        }
        text += "\n\(indent)}"
    }

    /// RFC 8259 §7.
    private static func write(_ string: String, to text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\t": text += "\\t"
            case _ where scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value):
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
