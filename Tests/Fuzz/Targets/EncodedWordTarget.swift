import NIOCore
import Wire

@testable import MIME

extension FuzzTargets {
    /// Encoded words and parameters in the charsets of RFC 2047 and 2231.
    static let encodedWords = FuzzTarget(
        name: "encoded-words", longest: 2_048,
        pieces: [
            "=?utf-8?B?", "=?utf-8?q?", "=?iso-2022-jp?B?", "=?gb18030?q?", "=?koi8-r?q?", "=?utf-7?q?", "=?utf-16?b?", "?=",
            "=41",
            "_", "*en?", "\r\n ", "filename*=", "utf-8''", "%e9", "*0*=", "*1=", ";", "\"", "+AOk-", "\u{1b}$B",
        ]
    ) { octets in
        let text = EncodedWords.decode(octets)
        // What a sender wrote goes into answers to it.
        let words = EncodedWordWriter.words(text, in: .text, room: 60)
        for word in words { try expect(!word.utf8.contains(.lineFeed), "a word forges lines") }
        let value = ParameterizedValue(ByteBuffer(bytes: octets))
        for parameter in value.parameters { _ = value.parameter(String(decoding: parameter.name, as: UTF8.self)) }
        if let type = ContentType(ByteBuffer(bytes: octets)) { _ = (type.charset, type.name, type.isFlowed) }
        _ = Charset.decode(Array(octets.dropFirst(9)), as: String(decoding: octets.prefix(9), as: UTF8.self))
    }
}
