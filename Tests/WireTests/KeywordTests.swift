import NIOCore
import Testing

@testable import Wire

@Suite("Keywords: one integer a word, case does not matter") struct KeywordTests {
    @Test(arguments: ["EHLO", "ehlo", "Ehlo"])
    func equalInAnyCase(text: String) { #expect(Keyword(text) == "EHLO") }

    @Test(arguments: ["", "12345678901234567", "A B", "É", "A\u{7f}"])
    func refuses(text: String) { #expect(Keyword(text) == nil) }

    @Test func sixteenOctetsFit() {
        let word: Keyword = "abcdefghijklmnop"
        #expect(word == "ABCDEFGHIJKLMNOP")
        #expect(word.description == "ABCDEFGHIJKLMNOP")
        #expect(word.count == 16)
    }

    @Test func readsBuffersWithoutTakingFromThem() {
        let buffer = ByteBuffer(string: "rcpt")
        #expect(Keyword(buffer) == "RCPT")
        #expect(buffer.readableBytes == 4)
    }

    @Test func prefixesDiffer() { #expect(Keyword("AB") != Keyword("ABC")) }
}

@Suite("Byte classes") struct ByteClassTests {
    @Test func everyOctetOnce() {
        for octet in UInt8.min...UInt8.max {
            #expect(ByteClass.digit.contains(octet) == (octet >= 0x30 && octet <= 0x39))
            #expect(ByteClass.eightBit.contains(octet) == (octet >= 0x80))
            let isToken = octet > 0x20 && octet < 0x7f && !"()<>@,;:\\\"/[]?=".utf8.contains(octet)
            #expect(ByteClass.token.contains(octet) == isToken)
        }
    }

    @Test func foldsOnlyASCIILetters() {
        for octet in UInt8.min...UInt8.max {
            let letter = Character(Unicode.Scalar(octet))
            #expect(octet.lowercasedASCII == (octet < 0x80 ? letter.lowercased().utf8.first : octet))
            #expect(octet.uppercasedASCII == (octet < 0x80 ? letter.uppercased().utf8.first : octet))
        }
    }
}
