import NIOCore
import Testing

@testable import Wire

@Suite("Lines end in CRLF, RFC 5321 §2.3.8") struct LineFramingTests {
    /// The lines of `text`, errors as their names, fed `step` octets at a time.
    private func lines(_ text: String, limit: Int = 10, _ ends: LineFraming.LineEnds = .strict, step: Int) -> [String] {
        var framing = LineFraming(limit: limit, lineEnds: ends)
        var buffer = ByteBuffer()
        var result: [String] = []
        let octets = Array(text.utf8)
        for start in stride(from: 0, to: octets.count, by: step) {
            buffer.writeBytes(octets[start..<min(start + step, octets.count)])
            while true {
                do {
                    guard let line = try framing.next(from: &buffer) else { break }
                    result.append(String(buffer: line))
                } catch {
                    result.append("\(error)")
                }
            }
        }
        return result
    }

    @Test(arguments: [
        ("a\r\nbc\r\n", ["a", "bc"]),
        ("\r\n\r\n", ["", ""]),
        ("a", []),
        ("1234567890\r\n", ["1234567890"]),
        ("12345678901\r\nok\r\n", ["tooLong(limit: 10)", "ok"]),
        ("123456789012345678901234567890\r\nok\r\n", ["tooLong(limit: 10)", "ok"]),
        ("a\nb\r\n", ["bareLineFeed", "b"]),
        ("a\rb\r\nc\r\n", ["bareCarriageReturn", "c"]),
        ("a\r\r\nc\r\n", ["bareCarriageReturn", "c"]),
        ("\n", ["bareLineFeed"]),
    ])
    func strict(text: String, expected: [String]) {
        for step in 1...40 { #expect(lines(text, step: step) == expected) }
    }

    @Test func tolerant() {
        for step in 1...9 { #expect(lines("a\nb\r\nc\rd\r\n", .tolerant, step: step) == ["a", "b", "c\rd"]) }
    }

    @Test func aLongLineCostsNoMemory() throws {
        var framing = LineFraming(limit: 100)
        var buffer = ByteBuffer(repeating: 0x61, count: 200)
        #expect(throws: LineError.tooLong(limit: 100)) { try framing.next(from: &buffer) }
        for _ in 0..<100 {
            buffer.writeRepeatingByte(0x61, count: 200)
            #expect(try framing.next(from: &buffer) == nil)
            #expect(buffer.readableBytes == 0)
        }
        buffer.writeString("\r\nNOOP\r\n")
        #expect(try framing.next(from: &buffer) == ByteBuffer(string: "NOOP"))
    }
}
