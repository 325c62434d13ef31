import Mail
import NIOCore
import TestSupport
import Testing

@testable import IMAP

@Suite("Mutated dialogues") struct MutationTests {
    /// A generator whose run can be had again by its seed (SplitMix64).
    private struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            return mixed ^ (mixed >> 31)
        }
    }

    private static let commands = [
        "a LOGIN ana@acme.example secret\r\n", "b SELECT INBOX\r\n",
        "c FETCH 1:* (UID FLAGS ENVELOPE BODY.PEEK[HEADER.FIELDS (From)]<0.10>)\r\n",
        "d STORE 1:2 +FLAGS (\\Seen work)\r\n", "e SEARCH OR (SEEN 1:3) NOT UID 5:* RETURN (ALL)\r\n", "f COPY 1 Trash\r\n",
        "g LIST (SUBSCRIBED) \"\" % RETURN (STATUS (MESSAGES))\r\n",
        "h APPEND INBOX (\\Seen) {5+}\r\nhello\r\n", "i CREATE \"a&AOk-/b\"\r\n", "j STATUS INBOX (MESSAGES UNSEEN)\r\n",
        "k UID MOVE 1:* Trash\r\n",
        "l IDLE\r\nDONE\r\n", "m LOGIN {3+}\r\nana {3+}\r\nabc\r\n", "n AUTHENTICATE PLAIN\r\n*\r\n", "o EXPUNGE\r\n",
        "p UID FETCH 1:* BODY.PEEK[1.MIME]\r\n",
    ]

    private func mutated(_ text: String, _ random: inout Seeded) -> [UInt8] {
        var octets = Array(text.utf8)
        for _ in 0..<Int.random(in: 0...3, using: &random) where !octets.isEmpty {
            let index = Int.random(in: 0..<octets.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: octets[index] = UInt8.random(in: 0...255, using: &random)
            case 1: octets.remove(at: index)
            case 2: octets.insert(contentsOf: Array("{}()[]\"\\*%&~\r\n\0 9".utf8).shuffled(using: &random).prefix(3), at: index)
            case 3: octets.insert(contentsOf: repeatElement(UInt8(ascii: "("), count: 200), at: index)
            default: octets.insert(contentsOf: Array("{99999999999}".utf8), at: index)
            }
        }
        return octets
    }

    /// Whatever is sent, the server answers in its own grammar, closes or waits, and goes on serving others.
    @Test(arguments: 1...20) func neverHarmTheServer(seed: UInt64) async throws {
        try await withServer { server in
            try await server.deliver(RunningServer.message(1))
            try await server.deliver(RunningServer.multipart)
            var random = Seeded(state: seed)
            for _ in 0..<10 {
                let client = try await TestClient(server.address)
                #expect(await client.line()?.hasPrefix("* OK") == true)
                for command in Self.commands.dropFirst(Int.random(in: 0...1, using: &random)) {
                    try? await client.send(ByteBuffer(bytes: mutated(command, &random)))
                }
                await client.close()
            }
            let client = try await TestClient(server.address)
            _ = await client.line()
            #expect(try await client.command("LOGIN ana@acme.example secret").hasPrefix("t OK"))
        }
    }

    /// The reader is total: any octets are a command or a syntax error.
    @Test(arguments: 1...50) func neverTrapTheReader(seed: UInt64) {
        var random = Seeded(state: seed)
        for _ in 0..<2_000 {
            let octets = mutated(Self.commands.randomElement(using: &random) ?? "", &random)
            var reader = CommandReader(ByteBuffer(bytes: octets))
            do throws(SyntaxError) {
                _ = try reader.tag()
                try reader.space()
                let rule = try reader.rule()
                _ = try rule.read(&reader)
                try reader.end()
            } catch {
                #expect(error.offset <= octets.count)
            }
        }
    }
}
