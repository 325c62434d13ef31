internal import Wire

/// Makes the words of a header value, encoded only where they must be (RFC 2047 §5).
enum EncodedWordWriter {
    enum Place {
        /// Unstructured text: Subject.
        case text
        /// A display name.
        case phrase
    }

    /// The longest encoded word, RFC 2047 §2.
    private static let limit = 75
    /// An unencoded word longer than this could not be folded.
    private static let plainLimit = 200

    /// Words to be written with single spaces, or folds, between them.
    ///
    /// - Parameter room: columns left on the first line; words are made to fit it where that is possible.
    static func words(_ value: String, in place: Place, room: Int) -> [String] {
        let text = clean(value)
        if place == .phrase, text.utf8.allSatisfy({ $0 < 0x80 }), !text.contains("=?"), text.utf8.count <= plainLimit {
            return [phrase(text)]
        }
        var result: [String] = []
        var pending: [Substring] = []
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            if needsEncoding(word) || (place == .phrase && !isAtom(word)) {
                pending.append(word)
            } else {
                flush(&pending, into: &result, room: room)
                result.append(String(word))
            }
        }
        flush(&pending, into: &result, room: room)
        return result
    }

    private static func needsEncoding(_ word: Substring) -> Bool {
        word.utf8.contains { $0 >= 0x80 } || word.contains("=?") || word.utf8.count > plainLimit
    }

    private static func isAtom(_ word: Substring) -> Bool {
        !word.isEmpty && word.utf8.allSatisfy { ByteClass.atomText.contains($0) }
    }

    /// An ASCII display name, in quotes where it has other than atoms (RFC 5322 §3.2.5).
    private static func phrase(_ text: String) -> String {
        if text.split(separator: " ", omittingEmptySubsequences: false).allSatisfy(isAtom) { return text }
        var quoted = "\""
        for character in text {
            if character == "\"" || character == "\\" { quoted.append("\\") }
            quoted.append(character)
        }
        return quoted + "\""
    }

    /// Neighbouring words are encoded together, as the white space between two encoded words is not shown.
    private static func flush(_ pending: inout [Substring], into result: inout [String], room: Int) {
        guard !pending.isEmpty else { return }
        let text = pending.joined(separator: " ")
        pending = []
        var chunk = ""
        for scalar in text.unicodeScalars {
            let longer = chunk + String(scalar)
            let limit = result.isEmpty ? max(30, min(self.limit, room)) : self.limit
            if !chunk.isEmpty, length(longer) > limit {
                result.append(encode(chunk))
                chunk = String(scalar)
            } else {
                chunk = longer
            }
        }
        result.append(encode(chunk))
    }

    private static func length(_ text: String) -> Int {
        let frame = "=?utf-8?B??=".utf8.count
        return frame + (isBase64Shorter(text) ? base64Length(text) : quotedLength(text))
    }

    private static func base64Length(_ text: String) -> Int { (text.utf8.count + 2) / 3 * 4 }

    /// Q can be read by people, so it may cost a little more.
    private static func isBase64Shorter(_ text: String) -> Bool { quotedLength(text) > base64Length(text) + 6 }

    private static func quotedLength(_ text: String) -> Int { text.utf8.reduce(0) { $0 + (isPlainQ($1) ? 1 : 3) } }

    private static func isPlainQ(_ octet: UInt8) -> Bool { octet == .space || phraseSafe.contains(octet) }

    /// What Q may leave as it is also within a phrase, RFC 2047 §5 (3).
    private static let phraseSafe = ByteClass("!*+-/").union(.letter).union(.digit)

    private static func encode(_ text: String) -> String {
        if isBase64Shorter(text) { return "=?utf-8?B?\(Base64.encode(Array(text.utf8)))?=" }
        var encoded = "=?utf-8?Q?"
        for octet in text.utf8 {
            if octet == .space {
                encoded += "_"
            } else if phraseSafe.contains(octet) {
                encoded.unicodeScalars.append(Unicode.Scalar(octet))
            } else {
                encoded += "=" + Hex.encode([octet]).uppercased()
            }
        }
        return encoded + "?="
    }

    private static func clean(_ text: String) -> String {
        String(decoding: text.utf8.map { $0 < 0x20 || $0 == 0x7f ? UInt8.space : $0 }, as: UTF8.self)
    }
}
