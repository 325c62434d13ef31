import Directory
import FoundationEssentials
import Mail
import NIOCore
import Store
import Testing

@testable import IMAP

@Suite("Messages in and out") struct StreamingTests {
    @Test(arguments: [1, 1000, 262_144, 262_145, 3_000_000]) func comeBackAsTheyWere(size: Int) async throws {
        try await withServer { server in
            let client = try await TestClient(server.address)
            _ = await client.line()
            try await client.command("LOGIN ana@acme.example secret")
            var message = ByteBuffer(string: "Subject: x\r\n\r\n")
            var line = 0
            while message.readableBytes < size {
                message.writeString("line \(line)\r\n")
                line += 1
            }
            try await client.send("a APPEND INBOX {\(message.readableBytes)+}\r\n")
            var rest = message
            while let chunk = rest.readSlice(length: min(100_000, rest.readableBytes)), chunk.readableBytes > 0 {
                try await client.send(chunk)
            }
            try await client.send("\r\n")
            #expect(await client.lines(until: "a").last?.hasPrefix("a OK [APPENDUID ") == true)
            try await client.command("SELECT INBOX")
            try await client.send("b FETCH 1 BODY.PEEK[]\r\n")
            let lines = await client.lines(until: "b")
            #expect(lines.first == "* 1 FETCH (BODY[] {\(message.readableBytes)}")
            #expect(lines.dropFirst().dropLast(2).joined(separator: "\r\n") + "\r\n" == String(buffer: message))
            let left = try? FileManager.default.contentsOfDirectory(atPath: server.services.incomingFolder)
            #expect(left ?? [] == [])
        }
    }

    @Test func aBrokenAppendLeavesNothing() async throws {
        try await withServer { server in
            let client = try await TestClient(server.address)
            _ = await client.line()
            try await client.command("LOGIN ana@acme.example secret")
            try await client.send("a APPEND INBOX {1000000}\r\n")
            #expect(await client.line() == "+ Ready")
            try await client.send("Subject: x\r\n\r\nhalf of it")
            await client.close()
            while server.services.sessions.count(server.host.ana.id) > 0 { await Task.yield() }
            let other = try await TestClient(server.address)
            _ = await other.line()
            try await other.command("LOGIN ana@acme.example secret")
            try await other.send("b STATUS INBOX (MESSAGES)\r\n")
            #expect(await other.lines(until: "b").first == "* STATUS \"INBOX\" (MESSAGES 0)")
            let left = try? FileManager.default.contentsOfDirectory(atPath: server.services.incomingFolder)
            #expect(left ?? [] == [])
        }
    }

    @Test func leftoversOfAKilledProcessGo() async throws {
        let folder = "/tmp/malaposta-imap-\(UInt64.random(in: .min ... .max))"
        let message = try await IncomingMessage.file(in: folder)
        try await message.write(ByteBuffer(string: "half"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 1)
        await IncomingMessage.removeLeftovers(in: folder)
        await message.discard()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
        try FileManager.default.removeItem(atPath: folder)
    }

    /// Small messages are written by the store, large ones are streamed: nobody can tell.
    @Test func smallAndLargeMessagesComeInTheirOrder() async throws {
        try await withServer { server in
            let account = try await server.account(server.host.ana)
            let inbox = try await account.folder(SpecialUse.inbox)
            let lengths = [10, 200_000, 20, 30, 100_000]
            let messages = lengths.enumerated().map { number, length in
                let body = String(repeating: "x", count: length)
                return NewMessage(MessageSource(ByteBuffer(string: "Subject: n\(number)\r\n\r\n\(body)\r\n")))
            }
            let filed: [Filed] = try await account.append(messages, to: inbox.id)
            #expect(filed.count == lengths.count)
            let client = try await TestClient(server.address)
            _ = await client.line()
            try await client.command("LOGIN ana@acme.example secret")
            try await client.command("SELECT INBOX")
            try await client.send("a FETCH 1:* (BODY[TEXT]<0.4> RFC822.SIZE BODY[HEADER.FIELDS (SUBJECT)])\r\n")
            let lines = await client.lines(until: "a")
            let expected = lengths.enumerated().flatMap { number, length in
                [
                    "* \(number + 1) FETCH (BODY[TEXT]<0> {4}",
                    "xxxx RFC822.SIZE \(length + 17) BODY[HEADER.FIELDS (SUBJECT)] {15}",
                    "Subject: n\(number)", "", " FLAGS (\\Seen \\Recent))",
                ]
            }
            #expect(lines.dropLast() == expected[...])
        }
    }

    @Test func aThousandMessagesComeInTheirOrder() async throws {
        try await withServer { server in
            let account = try await server.account(server.host.ana)
            let inbox = try await account.folder(SpecialUse.inbox)
            let messages = (0..<1200).map { NewMessage(MessageSource(ByteBuffer(string: RunningServer.message($0)))) }
            let filed: [Filed] = try await account.append(messages, to: inbox.id)
            #expect(filed.count == 1200)
            let client = try await TestClient(server.address)
            _ = await client.line()
            try await client.command("LOGIN ana@acme.example secret")
            try await client.command("SELECT INBOX")
            try await client.send("a FETCH 1:* UID\r\n")
            let lines = await client.lines(until: "a")
            #expect(lines.dropLast() == filed.enumerated().map { "* \($0 + 1) FETCH (UID \($1.uid))" }[...])
            try await client.command("STORE 1:600 +FLAGS.SILENT (\\Deleted)")
            try await client.send("b EXPUNGE\r\n")
            #expect(await client.lines(until: "b").count == 601)
            try await client.send("c FETCH 1 UID\r\n")
            #expect(await client.lines(until: "c").first == "* 1 FETCH (UID \(filed[600].uid))")
        }
    }
}
