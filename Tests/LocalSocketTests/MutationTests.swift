import FoundationEssentials
import NIOCore
import NIOEmbedded
import TestSupport
import Testing

@testable import LocalSocket

@Suite("Any octets are frames, or end the connection") struct MutationTests {
    private static let longest = 4_096
    private static let mutated = Mutation(pieces: [
        "\0\0\0\0", "\0\0\0\u{2}{}", "\u{7f}\u{7f}\u{7f}\u{7f}", "{", "}", "\"", "\\u0000", "[[[[[[[[", "null", "1e999", "id",
        String(repeating: "[", count: 2_000),
    ])

    /// What is decoded came whole within its bound, and is the same whatever pieces the octets come in.
    @Test func frames() async throws {
        for await var random in MutationRun("local frames", fixed: 1...10) {
            for _ in 0..<200 {
                let octets = Self.mutated(try dialogue(using: &random), using: &random)
                let whole = decoded(octets, pieces: octets.count)
                let pieces = decoded(octets, pieces: Int.random(in: 1...7, using: &random))
                #expect(whole.names == pieces.names && whole.isBroken == pieces.isBroken)
            }
        }
    }

    private func dialogue(using random: inout SeededGenerator) throws -> [UInt8] {
        var buffer = ByteBuffer()
        for number in 0..<UInt64.random(in: 1...3, using: &random) {
            let body = Data((0..<Int.random(in: 0...40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) })
            try FrameEncoder().encode(data: Frame(id: number, name: "question \(number)", body: body), out: &buffer)
        }
        return Array(buffer.readableBytesView)
    }

    private func decoded(_ octets: [UInt8], pieces: Int) -> (names: [String?], isBroken: Bool) {
        let channel = EmbeddedChannel(handler: ByteToMessageHandler(FrameDecoder(longest: Self.longest)))
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        var names: [String?] = []
        var isBroken = false
        for start in stride(from: 0, to: octets.count, by: max(1, pieces)) where !isBroken {
            let piece = ByteBuffer(bytes: octets[start..<min(octets.count, start + max(1, pieces))])
            do { _ = try channel.writeInbound(piece) } catch { isBroken = true }
            while let frame = try? channel.readInbound(as: Frame.self) { names.append(frame.name) }
        }
        return (names, isBroken)
    }
}
