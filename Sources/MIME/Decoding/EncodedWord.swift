internal import NIOCore
internal import Wire

extension EncodedWords {
    /// `=?charset*language?B or Q?text?=`, RFC 2047 §2, RFC 2231 §5.
    struct Word {
        let charset: String
        /// Its text with the encoding undone.
        let octets: [UInt8]
        /// Behind its `?=`.
        let end: Int

        /// The longest name of a charset, and text of one word. RFC 2047 allows 75 octets in all; senders do not keep to it.
        private static let limit = (charset: 60, text: 100_000)

        /// Nil where no word begins at `start`, which holds a `=`.
        init?(_ value: [UInt8], at start: Int) {
            let mark = UInt8(ascii: "?")
            guard start + 5 < value.count, value[start + 1] == mark else { return nil }
            var index = start + 2
            while index < value.count, ByteClass.token.contains(value[index]), value[index] != mark { index += 1 }
            let name = value[(start + 2)..<index]
            guard !name.isEmpty, name.count <= Self.limit.charset, index + 2 < value.count, value[index] == mark,
                value[index + 2] == mark
            else { return nil }
            let encoding = value[index + 1].uppercasedASCII
            let textStart = index + 3
            guard let textEnd = Self.end(value, from: textStart) else { return nil }
            let text = value[textStart..<textEnd]
            switch encoding {
            case UInt8(ascii: "B"): octets = Array(Base64Decoder.decode(ByteBuffer(bytes: text)).readableBytesView)
            case UInt8(ascii: "Q"): octets = Self.decodeQ(text)
            default: return nil
            }
            let language = name.firstIndex(of: UInt8(ascii: "*")) ?? name.endIndex
            charset = Array(name[..<language]).lowercasedASCII
            end = textEnd + 2
        }

        /// Where the `?=` stands. A `?` in the text, which the RFC forbids, does not end the word.
        private static func end(_ value: [UInt8], from start: Int) -> Int? {
            var index = start
            let last = min(value.count - 1, start + limit.text)
            while index < last {
                if value[index] == UInt8(ascii: "?"), value[index + 1] == UInt8(ascii: "=") { return index }
                // Another word begins: this one has no end.
                if value[index] == UInt8(ascii: "="), value[index + 1] == UInt8(ascii: "?"), index + 2 < value.count,
                    value[index + 2] != UInt8(ascii: "=")
                {
                    return nil
                }
                index += 1
            }
            return nil
        }

        private static func decodeQ(_ text: ArraySlice<UInt8>) -> [UInt8] {
            var result: [UInt8] = []
            result.reserveCapacity(text.count)
            var index = text.startIndex
            while index < text.endIndex {
                let octet = text[index]
                if octet == UInt8(ascii: "="), index + 2 < text.endIndex, let high = text[index + 1].hexValue,
                    let low = text[index + 2].hexValue
                {
                    result.append(high << 4 | low)
                    index += 3
                    continue
                }
                result.append(octet == UInt8(ascii: "_") ? .space : octet)
                index += 1
            }
            return result
        }
    }
}
