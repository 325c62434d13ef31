import Mail
import NIOCore
import TestSupport
import Testing

@testable import IMAP

@Suite("Mutated dialogues") struct MutationTests {
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

    private static let mutated = Mutation(
        pieces: [
            "{}", "()", "[]", "\"", "\\", "*", "%", "&", "~", "\r\n", "\0", " ", "9", String(repeating: "(", count: 200),
            "{99999999999}",
        ],
        changes: 3)

    /// Whatever is sent, the server answers in its own grammar, closes or waits, and goes on serving others.
    @Test func neverHarmTheServer() async throws {
        try await withServer { server in
            try await server.deliver(RunningServer.message(1))
            try await server.deliver(RunningServer.multipart)
            for await var random in MutationRun("IMAP dialogues", fixed: 1...20) {
                for _ in 0..<10 {
                    let client = try await TestClient(server.address)
                    #expect(await client.line()?.hasPrefix("* OK") == true)
                    for command in Self.commands.dropFirst(Int.random(in: 0...1, using: &random)) {
                        try? await client.send(ByteBuffer(bytes: Self.mutated(Array(command.utf8), using: &random)))
                    }
                    await client.close()
                }
            }
            let client = try await TestClient(server.address)
            _ = await client.line()
            #expect(try await client.command("LOGIN ana@acme.example secret").hasPrefix("t OK"))
        }
    }

    /// The reader is total: any octets are a command or a syntax error.
    @Test func neverTrapTheReader() async {
        for await var random in MutationRun("IMAP commands", fixed: 1...50) {
            for _ in 0..<2_000 {
                let command = Self.commands.randomElement(using: &random) ?? ""
                read(Self.mutated(Array(command.utf8), using: &random))
            }
        }
    }

    private func read(_ octets: [UInt8]) {
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
