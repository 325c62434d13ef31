import NIOCore
import Testing

@testable import IMAP

@Suite("Sequence sets, RFC 9051 §9") struct SequenceSetTests {
    @Test(arguments: [
        ("", 0), ("0", 0), ("01", 0), ("1,,5", 2), ("4294967296", 0), ("1:", 2), (":1", 0), ("1,", 2), ("1:0", 2), ("-1", 0),
        ("99999999999999999999999", 0), ("$", 0),
    ])
    func refuses(text: String, at offset: Int) {
        #expect(throws: SyntaxError(expected: .number, offset: offset)) {
            var reader = CommandReader(ByteBuffer(string: text))
            _ = try reader.sequenceSet()
        }
    }

    @Test(
        arguments: [
            ("1", 10, [1...1]), ("1:3,5", 10, [1...3, 5...5]), ("5:3", 10, [3...5]), ("*", 10, [10...10]), ("8:*", 10, [8...10]),
            ("12:*", 10, [10...12]), ("1:2,3:4", 10, [1...4]), ("4,1:9,2", 10, [1...9]), ("1:*", 0, []), ("*", 0, []),
            ("3", 0, [3...3]),
            ("4294967295", 4_294_967_295, [4_294_967_295...4_294_967_295]), ("*:1", 3, [1...3]),
            ("1:4294967295,*", 7, [1...4_294_967_295]),
        ] as [(String, UInt32, [ClosedRange<UInt32>])])
    func resolves(text: String, largest: UInt32, numbers: [ClosedRange<UInt32>]) throws {
        var reader = CommandReader(ByteBuffer(string: text))
        #expect(try reader.sequenceSet().resolved(largest: largest) == numbers)
        #expect(reader.isAtEnd)
    }

    @Test func boundsRanges() throws {
        var limits = IMAPLimits()
        limits.sequenceRanges = 3
        var fits = CommandReader(ByteBuffer(string: "1,3,5"), limits: limits)
        #expect(try fits.sequenceSet().ranges.count == 3)
        #expect(throws: SyntaxError(expected: .fewerRanges, offset: 6)) {
            var reader = CommandReader(ByteBuffer(string: "1,3,5,7"), limits: limits)
            _ = try reader.sequenceSet()
        }
    }
}
