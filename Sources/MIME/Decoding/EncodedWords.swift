package import NIOCore
internal import Wire

/// Encoded words, RFC 2047, as they are found in real headers: also inside quoted strings, with spaces inside, without
/// space around, and with a character cut in two between neighbours.
package enum EncodedWords {
    /// The text that an unfolded value shows to people. Control characters become spaces.
    package static func decode(_ octets: [UInt8]) -> String {
        var isPlain = true
        var isPrintable = true
        for octet in octets {
            if octet >= 0x80 || octet == UInt8(ascii: "?") { isPlain = false }
            if octet < 0x20 || octet == 0x7f { isPrintable = false }
        }
        if isPlain, isPrintable { return String(decoding: octets, as: UTF8.self) }
        if isPlain { return printable(String(decoding: octets, as: UTF8.self)) }
        var joiner = Joiner()
        var index = 0
        var plainStart = 0
        while index < octets.count {
            guard octets[index] == UInt8(ascii: "="), let word = Word(octets, at: index) else {
                index += 1
                continue
            }
            joiner.plain(octets[plainStart..<index])
            joiner.word(word)
            index = word.end
            plainStart = index
        }
        joiner.plain(octets[plainStart...])
        return printable(joiner.finish())
    }

    package static func decode(_ buffer: ByteBuffer) -> String { decode(Header.unfold(buffer)) }

    private static func printable(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            result.unicodeScalars.append(scalar.value < 0x20 || scalar.value == 0x7f ? " " : scalar)
        }
        return result
    }

    /// Joins neighbours: white space between two words goes, and octets of one charset are decoded together.
    private struct Joiner {
        private var text = ""
        private var pending: [UInt8] = []
        private var charset: String?

        mutating func plain(_ octets: ArraySlice<UInt8>) {
            guard !octets.isEmpty else { return }
            let isGap = charset != nil && octets.allSatisfy(\.isWhiteSpace)
            if isGap {
                gap = octets
                return
            }
            flush()
            text += Charset.decode(Array(octets), as: nil)
        }

        private var gap: ArraySlice<UInt8> = []

        mutating func word(_ word: Word) {
            gap = []
            if charset != word.charset { flush() }
            charset = word.charset
            pending += word.octets
        }

        private mutating func flush() {
            guard let charset else { return }
            text += Charset.decode(pending, as: charset)
            pending = []
            self.charset = nil
            text += String(decoding: gap, as: UTF8.self)
            gap = []
        }

        mutating func finish() -> String {
            flush()
            return text
        }
    }
}
