import Directory
import Foundation
import HTTPTypes
import Mail
import NIOCore
import SQL
import Store
import Synchronization
import Testing

@testable import Webmail

@Suite("Sending, and taking back") struct SendingTests {
    /// A visitor's page of writing.
    private struct Writer {
        let site: TestSite
        let cookie: [String: String]
        let csrf: String

        init(_ site: TestSite) async throws {
            self.site = site
            (cookie, csrf) = try await site.session(site.ana)
        }

        func send(_ more: String = "", to recipients: String = "x@y.example", json: Bool = true) async throws -> TestSite.Reply {
            let to = recipients.replacing("@", with: "%40").replacing(", ", with: "%2C")
            let form = "csrf=\(csrf)&box=me&do=send&from=ana%40acme.example&to=\(to)&subject=Rooms&body=Please.\(more)"
            return try await site.ask(.post, "/compose", body: form, headers: headers(json))
        }

        func undo(_ sent: String, json: Bool = true) async throws -> TestSite.Reply {
            try await site.ask(.post, "/compose/undo", body: "csrf=\(csrf)&sent=\(sent)", headers: headers(json))
        }

        private func headers(_ json: Bool) -> [String: String] {
            json ? cookie.merging(["Accept": "application/json"]) { $1 } : cookie
        }

        /// How many messages are in a folder.
        func count(_ use: SpecialUse) async throws -> Int { try await site.store.account(site.ana.id).folder(use).messages }

        /// The message in the drafts, which is the only one.
        func draft() async throws -> String? {
            let account = try await site.store.account(site.ana.id)
            let rows = try await account.list(try await account.folder(.drafts).id).rows
            #expect(rows.count == 1)
            return rows.first?.id.description
        }
    }

    private func fields(_ reply: TestSite.Reply) throws -> [String: String] {
        try JSONDecoder().decode([String: String].self, from: Data(reply.octets.readableBytesView))
    }

    private static func with(_ body: (Writer, TestMailWorker) async throws -> Void) async throws {
        try await TestSite.with { site in
            try await TestMailWorker.at(site) { worker in try await body(try await Writer(site), worker) }
        }
    }

    /// A mailbox in which nothing can be changed, as on a full disk.
    private static func lock(_ site: TestSite) throws {
        let id = site.ana.id.hex
        let database = try Connection(path: "\(site.folder)/accounts/\(id.prefix(2))/\(id)/mailbox.db", mode: .readWrite)
        for change in ["INSERT", "UPDATE", "DELETE"] {
            try database.execute(
                "CREATE TRIGGER full_\(change) BEFORE \(change) ON messages BEGIN SELECT RAISE(ABORT, 'no room'); END")
        }
    }

    @Test func isSentWhateverFailsBehindIt() async throws {
        try await Self.with { writer, worker in
            let (source, _) = try await writer.site.file(SiteTests.hello, of: writer.site.ana)
            worker.state.withLock { state in state.whenTaken = { try Self.lock(writer.site) } }
            let reply = try await writer.send("&kind=reply&source=\(source)")
            #expect(reply.status == 200)
            #expect(try fields(reply)["text"] == "Message sent.")
            #expect(worker.state.withLock { $0.taken } == 1)
            #expect(try await writer.count(.drafts) == 1)
        }
    }

    @Test(arguments: [true, false]) func isOneDraftHoweverOftenItIsRefused(json: Bool) async throws {
        try await Self.with { writer, worker in
            worker.state.withLock { $0.refused = ["x@y.example"] }
            var draft = ""
            for _ in 1...3 {
                let reply = try await writer.send("&draft=\(draft)", json: json)
                #expect(reply.status == 422)
                draft = try await writer.draft() ?? ""
                if json {
                    #expect(try fields(reply) == ["error": "x@y.example was refused: Not from here", "draft": draft])
                } else {
                    #expect(reply.body.contains("name=\"draft\" value=\"\(draft)\""))
                    #expect(reply.body.contains("x@y.example was refused: Not from here"))
                }
            }
            worker.state.withLock { $0.refused = [] }
            #expect(try await writer.send("&draft=\(draft)", json: json).status == (json ? 200 : 303))
            #expect(try await writer.count(.drafts) == 0)
        }
    }

    /// Whoever writes is told who does not get it, and what became of the others' message.
    @Test(
        arguments: [
            (.cancelled, "x@y.example was refused: Not from here"),
            (.tooLate, "The message is on its way, but not to x@y.example, z@y.example (Not from here). Please do not"),
            (.unknown, "Refused: x@y.example, z@y.example (Not from here). It is not certain that the message to the others"),
            (nil, "Refused: x@y.example, z@y.example (Not from here). It is not certain that the message to the others"),
        ] as [(TakeBackQuestion.Answer?, String)])
    func namesWhomItWasRefusedFor(answer: TakeBackQuestion.Answer?, sentence: String) async throws {
        try await Self.with { writer, worker in
            worker.state.withLock { ($0.refused, $0.answer) = (["x@y.example", "z@y.example"], answer) }
            let reply = try await writer.send(to: "x@y.example, info@acme.example, z@y.example")
            let (said, draft) = (try fields(reply), try await writer.draft())
            #expect(reply.status == 422 && said["error"]?.hasPrefix(sentence) == true && said["draft"] == draft)
        }
    }

    @Test(arguments: [
        ("", "It is not certain that the message was sent"), ("451 4.3.0 Not now", "The message was not taken: Not now"),
    ])
    func saysWhetherItWasTaken(end: String, sentence: String) async throws {
        try await Self.with { writer, worker in
            worker.state.withLock { $0.reply = end }
            let reply = try await writer.send()
            let (said, draft) = (try fields(reply), try await writer.draft())
            #expect(reply.status == 422 && said["error"]?.hasPrefix(sentence) == true && said["draft"] == draft)
        }
    }

    @Test(
        arguments: [
            (.cancelled, "Sending was undone. You can go on writing.", .drafts, false),
            (.tooLate, "It was too late: the message is on its way.", .trash, false),
            (.unknown, "It is not certain that sending was undone.", .drafts, true),
            (nil, "It is not certain that sending was undone.", .drafts, true),
        ] as [(TakeBackQuestion.Answer?, String, SpecialUse, Bool)])
    func isTakenBack(answer: TakeBackQuestion.Answer?, sentence: String, place: SpecialUse, isAskedAgain: Bool) async throws {
        try await Self.with { writer, worker in
            worker.state.withLock { $0.answer = answer }
            let sent = try #require(try fields(try await writer.send())["sent"])
            let undone = try fields(try await writer.undo(sent))
            #expect(undone["text"]?.hasPrefix(sentence) == true && (undone["sent"] == sent) == isAskedAgain)
            #expect((undone["path"]?.hasPrefix("/compose?draft=") == true) == (answer == .cancelled))
            #expect(try await writer.count(place) == 1)
            // Without scripts, the same.
            let page = try await writer.undo(sent, json: false)
            #expect(page.status == 303 && page.header("Location").contains(sent) == isAskedAgain)
            // Whoever asks again hears what became of it then.
            worker.state.withLock { $0.answer = .cancelled }
            let again = try fields(try await writer.undo(sent))
            #expect(again["path"]?.hasPrefix("/compose?draft=") == true)
            #expect(try await writer.count(.drafts) == 1)
        }
    }

    @Test func isTakenBackThoughItsDraftStaysInTheTrash() async throws {
        try await Self.with { writer, _ in
            let sent = try #require(try fields(try await writer.send())["sent"])
            try Self.lock(writer.site)
            let undone = try fields(try await writer.undo(sent))
            #expect(
                undone["text"]?.hasPrefix("Sending was undone. What you wrote is in the trash") == true && undone["path"] == "")
        }
    }
}
