import NIOCore
import Testing

@testable import Wire

@Suite("Base64, RFC 4648") struct Base64Tests {
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func vectorsOfSection10(plain: String, encoded: String) throws {
        #expect(Base64.encode(Array(plain.utf8)) == encoded)
        #expect(try Base64.decode(encoded) == Array(plain.utf8))
        #expect(Base64Decoder.decode(ByteBuffer(string: encoded)) == ByteBuffer(string: plain))
    }

    @Test(arguments: [
        ("Zg", 2), ("Zg=", 3), ("Z===", 1), ("====", 0), ("Zh==", 1), ("Zm9=", 2), ("Zm 9v", 5), ("Zm\nv", 2), ("Zg==Zg==", 2),
    ])
    func refuses(text: String, at offset: Int) {
        #expect(throws: Base64Error(offset: offset)) { try Base64.decode(text) }
    }

    @Test func alphabets() throws {
        let bytes: [UInt8] = [0xfb, 0xff, 0xfe, 0xff]
        #expect(Base64.encode(bytes, alphabet: .urlSafe) == "-__-_w")
        #expect(Base64.encode(bytes, alphabet: .mailboxName) == "+,,+,w")
        #expect(try Base64.decode("-__-_w", alphabet: .urlSafe) == bytes)
        #expect(throws: Base64Error(offset: 4)) { try Base64.decode("AAAAA", alphabet: .urlSafe) }
    }

    @Test func roundTripsOfEveryLength() throws {
        for length in 0..<70 {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ length) }
            #expect(try Base64.decode(Base64.encode(bytes)) == bytes)
        }
    }

    @Test(arguments: [
        ("Zm9v\r\nYmFy\r\n", "foobar"), ("Zm9vYg", "foob"), ("Zg==Zg==", "ff"), ("Z!m@9#v", "foo"), ("Z", ""), ("=Zm9v", "foo"),
    ])
    func bodiesFromAnybody(text: String, expected: String) {
        for step in 1...text.utf8.count {
            var decoder = Base64Decoder()
            var output = ByteBuffer()
            var rest = ByteBuffer(string: text)
            while let piece = rest.readSlice(length: min(step, rest.readableBytes)), piece.readableBytes > 0 {
                decoder.decode(piece, into: &output)
            }
            decoder.finish(into: &output)
            #expect(output == ByteBuffer(string: expected))
        }
    }
}

@Suite("Hexadecimal digits") struct HexTests {
    @Test func bothWays() {
        #expect(Hex.encode([0, 0x0f, 0xa5, 0xff]) == "000fa5ff")
        #expect(Hex.decode("000FA5ff") == [0, 0x0f, 0xa5, 0xff])
        #expect(Hex.decode("") == [])
        #expect(Hex.decode("0") == nil)
        #expect(Hex.decode("0g") == nil)
    }
}
