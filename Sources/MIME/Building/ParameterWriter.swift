internal import Wire

/// Writes parameters: a token or a quoted string where ASCII does, else by RFC 2231, in pieces where it is long.
enum ParameterWriter {
    /// Octets of one piece's value.
    private static let limit = 60

    /// `name=value` in one piece, or several to be written one behind another.
    static func pieces(_ name: String, _ value: String) -> [String] {
        let octets = Array(value.utf8)
        let isPlain = octets.allSatisfy { $0 >= 0x20 && $0 < 0x7f }
        if isPlain, octets.count <= limit {
            let isToken = !octets.isEmpty && octets.allSatisfy { ByteClass.token.contains($0) }
            return [isToken ? "\(name)=\(value)" : "\(name)=\"\(escaped(value))\""]
        }
        let codes = octets.map {
            ByteClass.attributeText.contains($0) ? String(Unicode.Scalar($0)) : "%" + Hex.encode([$0]).uppercased()
        }
        var pieces: [String] = [""]
        for code in codes {
            if pieces[pieces.count - 1].utf8.count + code.utf8.count > limit { pieces.append("") }
            pieces[pieces.count - 1] += code
        }
        guard pieces.count > 1 else { return ["\(name)*=utf-8''\(pieces[0])"] }
        return pieces.enumerated().map { "\(name)*\($0.offset)*=\($0.offset == 0 ? "utf-8''" : "")\($0.element)" }
    }

    private static func escaped(_ value: String) -> String {
        var result = ""
        for character in value {
            if character == "\"" || character == "\\" { result.append("\\") }
            result.append(character)
        }
        return result
    }
}

extension ByteClass {
    /// `attribute-char`, RFC 2231 §7.
    fileprivate static let attributeText = token.subtracting(ByteClass("*'%"))
}
