internal import Wire

/// `xtext`, RFC 3461 §4: printable ASCII, with `+` and two upper-case hexadecimal digits for everything else.
package enum XText {
    /// What stands for itself.
    private static let plain = ByteClass.visible.subtracting(ByteClass("+="))

    package static func encode(_ text: String) -> String {
        var result: [UInt8] = []
        for octet in text.utf8 {
            if plain.contains(octet) {
                result.append(octet)
            } else {
                result += [UInt8(ascii: "+")] + Hex.encode([octet]).uppercased().utf8
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}

extension CommandReader {
    /// The rest of the line as `xtext`, decoded. Letters beyond ASCII may stand unencoded (RFC 6533 §3,
    /// `utf-8-enc-addr`). Control characters are refused, encoded or not.
    package mutating func xtext(atMost longest: Int) throws(SMTPSyntaxError) -> String {
        let start = self
        var octets: [UInt8] = []
        while let octet = takeAny() {
            guard octet == UInt8(ascii: "+") else {
                guard octet > .space, octet != 0x7f, octet != UInt8(ascii: "=") else { throw start.failure(.xtext) }
                octets.append(octet)
                continue
            }
            guard let high = takeAny()?.hexValue, let low = takeAny()?.hexValue else { throw start.failure(.xtext) }
            octets.append(high << 4 | low)
        }
        guard (1...longest).contains(octets.count), octets.allSatisfy({ $0 >= .space && $0 != 0x7f }),
            let text = String(validating: octets, as: UTF8.self)
        else { throw start.failure(.xtext) }
        return text
    }
}
