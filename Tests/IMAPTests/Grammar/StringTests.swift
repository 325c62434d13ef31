import NIOCore
import Testing

@testable import IMAP

@Suite("Strings and literals, RFC 9051 §9") struct StringTests {
    @Test(arguments: [
        ("INBOX", "INBOX"), ("\"a b\"", "a b"), ("\"a\\\"b\\\\\"", "a\"b\\"), ("{3}\r\na\"b", "a\"b"), ("{0+}\r\n", ""),
        ("\"\"", ""),
        ("x]y", "x]y"), ("\"ção\"", "ção"), ("a%", "a"),
    ])
    func reads(text: String, string: String) throws {
        var reader = CommandReader(ByteBuffer(string: text))
        #expect(String(buffer: try reader.astring()) == string)
    }

    @Test(arguments: [
        ("", Expected.string, 0), ("\"open", .quotedString, 1), ("\"a\\b\"", .quotedString, 3), ("\"a\rb\"", .quotedString, 1),
        ("{3}\r\nab", .literal, 0), ("{3}abc", .literal, 0), ("{x}\r\n", .literal, 0), ("{3}\r\na\0b", .literal, 0),
        ("(", .string, 0),
        ("{99999999999999999999}\r\n", .literal, 0),
    ])
    func refuses(text: String, expected: Expected, offset: Int) {
        #expect(throws: SyntaxError(expected: expected, offset: offset)) {
            var reader = CommandReader(ByteBuffer(string: text))
            _ = try reader.astring()
        }
    }

    @Test func boundsLength() throws {
        var limits = IMAPLimits()
        limits.stringLength = 4
        for text in ["abcd", "\"abcd\"", "{4}\r\nabcd"] {
            var reader = CommandReader(ByteBuffer(string: text), limits: limits)
            #expect(try reader.astring().readableBytes == 4)
        }
        for text in ["abcde", "\"abcde\"", "{5}\r\nabcde"] {
            #expect(throws: SyntaxError(expected: .shorterString, offset: 0)) {
                var reader = CommandReader(ByteBuffer(string: text), limits: limits)
                _ = try reader.astring()
            }
        }
    }

    @Test(arguments: [
        ("plain", "\"plain\""), ("a\"\\b", "\"a\\\"\\\\b\""), ("é", "{2}\r\né"), ("", "\"\""), ("a\r\n", "{3}\r\na\r\n"),
    ])
    func writes(text: String, string: String) {
        var buffer = ByteBuffer()
        buffer.write(string: text)
        #expect(String(buffer: buffer) == string)
    }

    @Test(
        arguments: [
            (0, "0"), (9, "9"), (10, "10"), (4_294_967_295, "4294967295"), (18_446_744_073_709_551_615, "18446744073709551615"),
        ] as [(UInt64, String)])
    func writesNumbers(number: UInt64, text: String) {
        var buffer = ByteBuffer()
        buffer.write(number: number)
        buffer.write(" (", number: number, "12345678901234567890")
        #expect(String(buffer: buffer) == "\(text) (\(text)12345678901234567890")
    }
}
