import NIOCore
import TestSupport
import Testing

@testable import SMTPServer

@Suite("The end of DATA, RFC 5321 §4.1.1.4, §4.5.2, §2.3.8") struct DataReaderTests {
    private struct Read: Equatable {
        var content = ""
        var outcome = DataReader.Outcome.more
        var bare = false
        var rest = ""
    }

    private func read(_ text: String, pieces: Int) -> Read {
        var reader = DataReader()
        var all = ByteBuffer(string: text)
        var read = Read()
        while read.outcome == .more, all.readableBytes > 0, var piece = all.readSlice(length: min(pieces, all.readableBytes)) {
            let (content, outcome) = reader.take(&piece)
            read.content += String(buffer: content)
            read.outcome = outcome
            read.rest = String(buffer: piece)
        }
        read.rest += String(buffer: all)
        read.bare = reader.hasBareLineEnd
        return read
    }

    @Test(arguments: [
        (".\r\n", "", ""), ("a\r\n.\r\nNOOP\r\n", "a\r\n", "NOOP\r\n"), ("..\r\n.a\r\n...b\r\n.\r\n", ".\r\na\r\n..b\r\n", ""),
        ("\r\n\r\n.\r\n.\r\n", "\r\n\r\n", ".\r\n"), ("a.\r\n.\r\n", "a.\r\n", ""),
    ])
    func ends(_ text: String, _ content: String, _ rest: String) {
        for pieces in 1...text.utf8.count {
            #expect(
                read(text, pieces: pieces) == Read(content: content, outcome: .end, bare: false, rest: rest),
                "pieces of \(pieces)")
        }
    }

    @Test(arguments: ["a\n.\n", "a\n.\r\n", "a\r.\r\n", "a\r.\rb", "a\r\n.\n", "a\r\n.\rb", ".\n", ".\rx", "\n.\n"])
    func neverEndsFalsely(_ text: String) {
        for pieces in 1...text.utf8.count {
            let read = read(text + "NOOP\r\n.\r\n", pieces: pieces)
            #expect(read.outcome == .falseEnd && read.bare, "pieces of \(pieces)")
        }
    }

    @Test(arguments: ["a\nb\r\n", "a\rb\r\n", "a\r\r\n", "a\n\r\n", "\ra\r\n", "a\n..\r\n"]) func seesBareLineEnds(_ text: String)
    {
        for pieces in 1...text.utf8.count {
            let read = read(text + ".\r\nrest", pieces: pieces)
            #expect(read.outcome == .end && read.bare, "pieces of \(pieces)")
        }
    }

    /// A reader that sees octets one by one and one that sees all of them agree, whatever comes.
    @Test func agreesWithItselfOnAnything() {
        var random = SeededGenerator(seed: 7)
        let alphabet = Array("\r\n.a".utf8)
        for _ in 0..<5000 {
            let text = String(
                decoding: (0..<Int.random(in: 1...24, using: &random)).map { _ in alphabet[Int.random(in: 0..<4, using: &random)]
                }, as: UTF8.self)
            var whole = read(text, pieces: 1000)
            var single = read(text, pieces: 1)
            // What was passed on before a message was found false is nobody's.
            if whole.outcome == .falseEnd { (whole.content, single.content) = ("", "") }
            #expect(whole == single, "\(text.debugDescription)")
        }
    }
}

@Suite("Line ends of chunks, RFC 3030 §2") struct LineEndCheckTests {
    private func isBare(_ text: String, pieces: Int) -> Bool {
        var check = LineEndCheck()
        var all = ByteBuffer(string: text)
        while all.readableBytes > 0, let piece = all.readSlice(length: min(pieces, all.readableBytes)) { check.take(piece) }
        return check.hasBareLineEnd || check.endsInCarriageReturn
    }

    @Test(arguments: ["", "a", "a\r\n", "\r\n\r\n", "a\r\nb"]) func accepts(_ text: String) {
        for pieces in 1...max(1, text.utf8.count) { #expect(!isBare(text, pieces: pieces)) }
    }

    @Test(arguments: ["\n", "\r", "a\nb", "a\rb", "a\r\r\n", "a\r\n\n", "\n\r"]) func refuses(_ text: String) {
        for pieces in 1...text.utf8.count { #expect(isBare(text, pieces: pieces)) }
    }
}
