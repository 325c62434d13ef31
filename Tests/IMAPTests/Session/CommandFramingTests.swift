import NIOCore
import Testing

@testable import IMAP

@Suite("Framing, RFC 9051 §4.3 and RFC 7888") struct CommandFramingTests {
    private var limits: IMAPLimits {
        var limits = IMAPLimits()
        limits.lineLength = 40
        limits.literalSize = 10
        limits.literals = 2
        limits.commandSize = 60
        return limits
    }

    /// What comes of `octets`, cut into pieces of `piece` octets, where every literal is collected.
    private func frames(_ octets: String, piece: Int) -> [String] {
        var framing = CommandFraming(limits: limits)
        var input = ByteBuffer()
        var rest = ByteBuffer(string: octets)
        var result: [String] = []
        while let slice = rest.readSlice(length: min(piece, max(rest.readableBytes, 1))), slice.readableBytes > 0 {
            input.writeImmutableBuffer(slice)
            var isWaiting = false
            while !isWaiting {
                do {
                    guard let frame = try framing.next(from: &input) else {
                        isWaiting = true
                        continue
                    }
                    switch frame {
                    case .command(let command): result.append(String(buffer: command))
                    case .literal: if !framing.collect() { result.append("refused") }
                    case .chunk: result.append("chunk")
                    case .discarded: result.append("discarded")
                    }
                } catch {
                    result.append("\(error)")
                }
            }
        }
        return result
    }

    @Test(arguments: [1, 2, 3, 7, 1000])
    func doesNotDependOnHowOctetsArrive(piece: Int) {
        #expect(
            frames("a NOOP\r\nb LOGIN {1+}\r\nx {3}\r\na\r\n\r\nc NOOP\n", piece: piece) == [
                "a NOOP", "b LOGIN {1+}\r\nx {3}\r\na\r\n", "c NOOP",
            ])
        #expect(
            frames("a X {11+}\r\n12345678901 {3+}\r\nabc more\r\nb NOOP\r\n", piece: piece) == ["refused", "discarded", "b NOOP"])
        #expect(frames("a X {11}\r\nb NOOP\r\n", piece: piece) == ["refused", "b NOOP"])
        #expect(frames("a {1+}\r\nx {1+}\r\ny {1+}\r\nz\r\nb NOOP\r\n", piece: piece) == ["refused", "discarded", "b NOOP"])
        #expect(frames("a {0+}\r\n{0+}\r\n\r\nb\r\n", piece: piece) == ["a {0+}\r\n{0+}\r\n", "b"])
    }

    /// Each literal of a refused command is passed over without a frame of ours on the stack.
    @Test func aRefusedCommandMayHaveAnyNumberOfLiterals() {
        let literals = String(repeating: "{1+}\r\nx", count: 12_000)
        #expect(frames("a {11+}\r\n12345678901\(literals)\r\nb NOOP\r\n", piece: 1 << 21) == ["refused", "discarded", "b NOOP"])
    }

    @Test(arguments: [1, 5, 1000])
    func swallowsLongLines(piece: Int) {
        let long = String(repeating: "x", count: 100)
        #expect(frames("a NOOP\r\n\(long)\r\nb NOOP\r\n", piece: piece) == ["a NOOP", "lineTooLong(limit: 40)", "b NOOP"])
        #expect(frames(String(repeating: "y", count: 40) + "\r\n", piece: piece) == [String(repeating: "y", count: 40)])
    }

    @Test func streamsALiteralAsItComes() throws {
        var framing = CommandFraming(limits: limits)
        var input = ByteBuffer(string: "a APPEND x {20}\r\n")
        guard case .literal(let header, let command)? = try framing.next(from: &input) else { return #expect(Bool(false)) }
        #expect(header.size == 20)
        #expect(String(buffer: command) == "a APPEND x {20}")
        #expect(try framing.next(from: &input) == nil)
        framing.stream()
        #expect(try framing.next(from: &input) == nil)
        input.writeString("0123456789")
        #expect(try framing.next(from: &input) == .chunk(ByteBuffer(string: "0123456789"), isLast: false))
        input.writeString("0123456789\r\nb NOOP\r\n")
        #expect(try framing.next(from: &input) == .chunk(ByteBuffer(string: "0123456789"), isLast: true))
        #expect(try framing.next(from: &input) == .command(ByteBuffer()))
        #expect(try framing.next(from: &input) == .command(ByteBuffer(string: "b NOOP")))
    }

    @Test func passesOverTheRestOfAStream() throws {
        var framing = CommandFraming(limits: limits)
        var input = ByteBuffer(string: "a APPEND x {6+}\r\n")
        _ = try framing.next(from: &input)
        framing.stream()
        input.writeString("abc")
        #expect(try framing.next(from: &input) == .chunk(ByteBuffer(string: "abc"), isLast: false))
        framing.refuseRest()
        input.writeString("def rest\r\nb NOOP\r\n")
        #expect(try framing.next(from: &input) == .discarded)
        #expect(try framing.next(from: &input) == .command(ByteBuffer(string: "b NOOP")))
    }

    @Test(arguments: [
        ("x {5}", 5, true, false), ("{5+}", 5, false, false), ("a ~{7}", 7, true, true),
        ("x {9223372036854775807}", Int.max, true, false),
    ])
    func seesAnnouncements(line: String, size: Int, isSynchronizing: Bool, isBinary: Bool) {
        let expected = LiteralHeader(size: size, isSynchronizing: isSynchronizing, isBinary: isBinary)
        #expect(LiteralHeader(endOf: ByteBuffer(string: line)) == expected)
    }

    @Test(arguments: ["", "}", "{}", "x {5} ", "{5-}", "{+}", "{9223372036854775808}", "5}", "{5+5}", "{ 5}"])
    func seesNoAnnouncement(line: String) { #expect(LiteralHeader(endOf: ByteBuffer(string: line)) == nil) }
}
