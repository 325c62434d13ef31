import NIOCore
import Store
import Testing

@testable import IMAP

@Suite("HEADER.FIELDS from the index and from the file, RFC 9051 §6.4.5") struct HeaderFieldTests {
    private static let headers = [
        "Received: from x\r\n by y\r\nSubject: one\r\n two\r\nFrom: ana@acme.example\r\n",
        "SUBJECT : odd\r\nsubject: again\r\nno colon\r\n folded\r\nTo:\r\n rui@acme.example,\r\n\tines@acme.example\r\n",
        "X-Other: no field of those\r\n",
        "Subject: long\r\nTo: \(String(repeating: "x", count: 9_000))\r\n",
        "X-Other: \(String(repeating: "x", count: 70_000))\r\nSubject: behind much\r\n",
        "",
    ]
    private static let items = [
        "BODY.PEEK[HEADER.FIELDS (Subject From To Date)]", "BODY.PEEK[HEADER.FIELDS (SUBJECT)]<3.9>",
        "BODY.PEEK[HEADER.FIELDS (date subject from to cc message-id references list-id dkim-signature)]",
        "BODY.PEEK[HEADER.FIELDS (Subject X-Other)]", "BODY.PEEK[HEADER.FIELDS.NOT (X-Other)]", "BODY.PEEK[HEADER.FIELDS (\"\")]",
        "UID BODY.PEEK[HEADER.FIELDS (To)] RFC822.SIZE BODY.PEEK[HEADER.FIELDS (Subject Received)] BODY.PEEK[TEXT]<0.4>",
        "BODY.PEEK[1.HEADER.FIELDS (Subject)]",
    ]

    @Test func areTheSame() async throws {
        try await withServer { server in
            let client = try await TestClient(server.address)
            _ = await client.line()
            try await client.command("LOGIN ana@acme.example secret")
            for header in Self.headers {
                for body in ["Short.\r\n", String(repeating: "A long body.\r\n", count: 6_000)] {
                    let message = header + "\r\n" + body
                    try await client.send("a APPEND INBOX {\(message.utf8.count)+}\r\n\(message)\r\n")
                    #expect(await client.lines(until: "a").last?.hasPrefix("a OK") == true)
                }
            }
            try await client.command("SELECT INBOX")
            var before: [[String]] = []
            for item in Self.items { before.append(try await answer(client, item)) }
            await server.services.store.upkeep()
            for (item, before) in zip(Self.items, before) { #expect(try await answer(client, item) == before) }
            let subjects = try await answer(client, "BODY.PEEK[HEADER.FIELDS (SUBJECT)]")
            #expect(subjects.prefix(4) == ["* 1 FETCH (BODY[HEADER.FIELDS (SUBJECT)] {22}", "Subject: one", " two", ""])
            #expect(subjects.count { $0.hasPrefix("* ") } == 2 * Self.headers.count)
        }
    }

    private func answer(_ client: TestClient, _ item: String) async throws -> [String] {
        try await client.send("b FETCH 1:* (\(item))\r\n")
        return await client.lines(until: "b")
    }
}
