internal import Wire

/// A parameter in one or more pieces, with a charset: `name*=utf-8''a%20b`, `name*0="a"; name*1*=%20b` (RFC 2231 §3 to §4.1).
struct ExtendedParameter {
    let text: String

    private struct Piece {
        let number: Int
        let isEncoded: Bool
        let value: [UInt8]
    }

    /// Nil where no piece of that name has marks of RFC 2231. Pieces behind a gap in the numbers are left out.
    init?(_ name: String, in parameters: [ParameterizedValue.Parameter]) {
        let name = Array(name.utf8)
        let pieces = parameters.compactMap { Self.piece($0, of: name) }.sorted { $0.number < $1.number }
        guard let first = pieces.first, first.number == 0 else { return nil }
        var octets: [UInt8] = []
        var charset: String?
        var expected = 0
        for piece in pieces where piece.number == expected {
            var value = piece.value[...]
            if piece.isEncoded {
                if expected == 0 { charset = Self.takeCharset(&value) }
                octets += Self.percentDecoded(value)
            } else {
                octets += value
            }
            expected += 1
        }
        text = charset == nil ? EncodedWords.decode(octets) : Charset.decode(octets, as: charset)
    }

    private static func piece(_ parameter: ParameterizedValue.Parameter, of name: [UInt8]) -> Piece? {
        let written = parameter.name
        guard written.count > name.count, written[name.count] == UInt8(ascii: "*"),
            zip(written, name).allSatisfy({ $0.lowercasedASCII == $1.lowercasedASCII })
        else { return nil }
        var rest = written[(name.count + 1)...]
        guard !rest.isEmpty else { return Piece(number: 0, isEncoded: true, value: parameter.value) }
        let isEncoded = rest.last == UInt8(ascii: "*")
        if isEncoded { rest.removeLast() }
        guard !rest.isEmpty, rest.count <= 4, let number = Int(String(decoding: rest, as: UTF8.self)), number >= 0 else {
            return nil
        }
        return Piece(number: number, isEncoded: isEncoded, value: parameter.value)
    }

    /// Takes `charset'language'` off the front; nil where the two quotes are missing.
    private static func takeCharset(_ value: inout ArraySlice<UInt8>) -> String? {
        let quote = UInt8(ascii: "'")
        guard let first = value.firstIndex(of: quote), let second = value[(first + 1)...].firstIndex(of: quote) else {
            return nil
        }
        let charset = String(decoding: value[..<first], as: UTF8.self)
        value = value[(second + 1)...]
        return charset
    }

    private static func percentDecoded(_ value: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var index = value.startIndex
        while index < value.endIndex {
            if value[index] == UInt8(ascii: "%"), index + 2 < value.endIndex, let high = value[index + 1].hexValue,
                let low = value[index + 2].hexValue
            {
                result.append(high << 4 | low)
                index += 3
            } else {
                result.append(value[index])
                index += 1
            }
        }
        return result
    }
}
