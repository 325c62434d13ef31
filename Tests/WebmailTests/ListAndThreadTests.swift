import Directory
import HTTPTypes
import Mail
import NIOPosix
import Store
import Testing

@testable import Webmail

@Suite("Lists, conversations, tags and folders, in process") struct ListAndThreadTests {
    private func message(_ subject: String, from: String = "Zé <ze@y.example>", id: String, answers: String? = nil) -> String {
        """
        From: \(from)
        To: Ana Dias <ana@acme.example>
        Subject: \(subject)
        Message-ID: <\(id)@y.example>
        \(answers.map { "In-Reply-To: <\($0)@y.example>\n" } ?? "")
        Text of \(subject).
        """
    }

    private func json(_ cookie: [String: String]) -> [String: String] { cookie.merging(["Accept": "application/json"]) { $1 } }

    // MARK: F30

    @Test func aChosenOrderLastsUntilLogOut() async throws {
        try await TestSite.with { site in
            let (_, folder) = try await site.file(message("Alpha", id: "a"), of: site.ana)
            try await site.file(message("Zulu", id: "z"), of: site.ana)
            let list = "/mail/me/\(folder)"
            func subjects(_ path: String, _ cookie: [String: String]) async throws -> [String] {
                try await site.ask(.get, path, headers: cookie).body.matches(of: /class="subject"[^>]*>([^<]+)</).map {
                    String($0.1)
                }
            }
            let (cookie, csrf) = try await site.session(site.ana)
            let (other, _) = try await site.session(site.ana)
            #expect(try await subjects(list, cookie) == ["Zulu", "Alpha"])
            #expect(try await subjects(list + "?sort=subject", cookie) == ["Alpha", "Zulu"])
            #expect(try await subjects(list, cookie) == ["Alpha", "Zulu"])
            // Of that folder alone, and of that session alone.
            #expect(try await subjects(list, other) == ["Zulu", "Alpha"])
            // The menu leads back to the usual order, which then lasts too.
            let page = try await site.ask(.get, list, headers: cookie)
            #expect(page.body.contains(#"href="\#(list)?sort=date""#))
            #expect(try await subjects(list + "?sort=date", cookie) == ["Zulu", "Alpha"])
            #expect(try await subjects(list, cookie) == ["Zulu", "Alpha"])
            #expect(try await subjects(list + "?sort=subject&up=0", cookie) == ["Zulu", "Alpha"])
            _ = try await site.ask(.post, "/logout", body: "csrf=\(csrf)", headers: cookie)
            let (again, _) = try await site.session(site.ana)
            #expect(try await subjects(list, again) == ["Zulu", "Alpha"])
        }
    }

    @Test func aRestartForgetsNeitherSessionNorOrder() async throws {
        try await TestSite.with { site in
            let (token, session) = try await site.web.sessions.begin(site.ana.id, remote: "192.0.2.1")
            let database = SessionDatabase(path: "\(site.folder)/web/sessions.db", pool: .singleton)
            try await database.setOrder(ChosenOrder(.size, descending: false), of: "me/1", in: session.id)
            let later = Sessions(
                folder: "\(site.folder)/web", registry: site.registry, limits: { WebLimits() }, logger: site.web.logger,
                now: site.web.now)
            #expect(try await later.load() == 0)
            #expect(later.session(token)?.id == session.id)
            #expect(later.order(of: "me/1", in: session.id) == ChosenOrder(.size, descending: false))
        }
    }

    @Test(arguments: [
        ("sort=subject", ChosenOrder(.subject, descending: false)),
        ("sort=subject&up=0", ChosenOrder(.subject, descending: true)),
        ("sort=size", ChosenOrder(.size, descending: true)), ("sort=date&up=1", ChosenOrder(.date, descending: false)),
        ("up=1", nil), ("sort=colour", nil),
    ])
    func readsAnOrder(query: String, expected: ChosenOrder?) {
        let order = ChosenOrder(FormFields(query))
        #expect(order == expected)
        if let order { #expect(ChosenOrder(text: order.text) == order) }
    }

    // MARK: Conversations

    @Test func anActionOnAConversationTakesAllOfItInTheFolder() async throws {
        try await TestSite.with { site in
            let (_, folder) = try await site.file(message("Rooms", id: "1"), of: site.ana)
            let (latest, _) = try await site.file(message("Re: Rooms", id: "2", answers: "1"), of: site.ana)
            try await site.file(message("Re: Rooms", id: "3", answers: "2"), in: .sent, of: site.ana)
            try await site.file(message("Other", id: "4"), of: site.ana)
            let account = try await site.store.account(site.ana.id)
            let (cookie, csrf) = try await site.session(site.ana)
            let list = try await site.ask(.get, "/mail/me/\(folder)", headers: cookie)
            #expect(list.body.contains(#"name="threads" value="1""#))
            let form = "csrf=\(csrf)&box=me&folder=\(folder)&message=\(latest)&threads=1"
            _ = try await site.ask(.post, "/actions", body: form + "&action=read", headers: json(cookie))
            #expect(try await account.folder(.inbox).unseen == 1)
            _ = try await site.ask(.post, "/actions", body: form + "&action=unread", headers: json(cookie))
            #expect(try await account.folder(.inbox).unseen == 3)
            // Stars and tags too; what is in another folder is left alone.
            func here() async throws -> [MessageListing] {
                try await account.thread(#require(try await account.message(latest)).listing.thread, in: folder).map(\.message)
            }
            for (action, isOn) in [("action=star", true), ("action=unstar", false)] {
                _ = try await site.ask(.post, "/actions", body: "\(form)&\(action)", headers: json(cookie))
                #expect(try await here().map { $0.flags.contains(.flagged) } == [isOn, isOn])
            }
            for (action, count) in [("tag=hotel", 1), ("untag=hotel", 0)] {
                _ = try await site.ask(.post, "/actions", body: "\(form)&\(action)", headers: json(cookie))
                #expect(try await here().map(\.tags.count) == [count, count])
            }
            _ = try await site.ask(.post, "/tags", body: "\(form)&name=Stay&color=2", headers: json(cookie))
            #expect(try await here().map { $0.tags.map(\.name) } == [["stay"], ["stay"]])
            let gone = try await site.ask(.post, "/actions", body: form + "&action=trash", headers: json(cookie))
            #expect(gone.body.contains("2 messages deleted."))
            #expect(try await account.folder(.trash).messages == 2)
            #expect(try await account.folder(.inbox).messages == 1)
            #expect(try await account.folder(.sent).messages == 1)
            // Undo names what was moved, so it comes back whole.
            let ids =
                gone.body.firstMatch(of: /"messages":\[([^\]]*)\]/)?.1.split(separator: ",").map { $0.filter(\.isNumber) } ?? []
            #expect(ids.count == 2)
            let back = "csrf=\(csrf)&box=me&action=move&to=\(folder)" + ids.map { "&message=\($0)" }.joined()
            _ = try await site.ask(.post, "/actions", body: back, headers: json(cookie))
            #expect(try await account.folder(.inbox).messages == 3)
            // Without the word it is one message.
            let one = "csrf=\(csrf)&box=me&folder=\(folder)&message=\(latest)&action=trash"
            _ = try await site.ask(.post, "/actions", body: one, headers: json(cookie))
            #expect(try await account.folder(.inbox).messages == 2)
        }
    }

    @Test func whatIsTooMuchAtOnceIsRefusedAndNothingIsDone() async throws {
        var limits = WebLimits()
        limits.messagesPerAction = 2
        try await TestSite.with(limits) { site in
            var last: (MessageID, FolderID)?
            for number in 1...3 {
                last = try await site.file(message("Rooms", id: "\(number)", answers: "\(number - 1)"), of: site.ana)
            }
            let (id, folder) = try #require(last)
            let (cookie, csrf) = try await site.session(site.ana)
            let form = "csrf=\(csrf)&box=me&folder=\(folder)&message=\(id)&action=trash"
            #expect(try await site.ask(.post, "/actions", body: "\(form)&threads=1", headers: json(cookie)).status == 413)
            #expect(try await site.store.account(site.ana.id).folder(.inbox).messages == 3)
            #expect(try await site.ask(.post, "/actions", body: form, headers: json(cookie)).status == 200)
        }
    }

    @Test func aRowShowsWhatItsLatestMessagesHave() async throws {
        try await TestSite.with { site in
            let (first, folder) = try await site.file(message("Rooms", id: "1"), of: site.ana)
            try await site.file(message("Re: Rooms", id: "2", answers: "1"), of: site.ana)
            let account = try await site.store.account(site.ana.id)
            let tag = try #require(Tag("hotel"))
            try await account.setFlags(FlagChange(.add, [.flagged], tags: [tag]), of: [first])
            let (cookie, _) = try await site.session(site.ana)
            let list = try await site.ask(.get, "/mail/me/\(folder)?fragment=rows", headers: cookie).body
            #expect(list.contains(#"data-starred="true""#) && list.contains(">hotel</span>"))
        }
    }

    // MARK: Tags

    @Test func tagsAreMadePutOnTakenOffAndForgotten() async throws {
        try await TestSite.with { site in
            let (id, folder) = try await site.file(message("Invoice", id: "1"), of: site.ana)
            let account = try await site.store.account(site.ana.id)
            let (cookie, csrf) = try await site.session(site.ana)
            let base = "csrf=\(csrf)&box=me"
            func post(_ path: String, _ form: String) async throws -> Int {
                try await site.ask(.post, path, body: "\(base)&\(form)", headers: json(cookie)).status
            }
            #expect(try await post("/tags", "name=To%20pay&color=1&message=\(id)") == 200)
            #expect(try await account.tags().map { [$0.tag.name, $0.title, $0.color] } == [["to-pay", "To pay", "99501b"]])
            #expect(try await account.message(id)?.listing.tags.map(\.name) == ["to-pay"])
            let list = try await site.ask(.get, "/mail/me/\(folder)", headers: cookie)
            #expect(list.body.contains(#"<span class="tag t1">To pay</span>"#))
            #expect(try await post("/actions", "folder=\(folder)&message=\(id)&untag=to-pay") == 200)
            #expect(try await account.message(id)?.listing.tags.isEmpty == true)
            #expect(try await post("/actions", "folder=\(folder)&message=\(id)&tag=to-pay") == 200)
            #expect(try await post("/tags/color", "tag=to-pay&color=5") == 200)
            #expect(try await account.tags().map(\.color) == ["a33636"])
            #expect(try await post("/tags/color", "tag=to-pay&color=8") == 400)
            #expect(try await post("/tags/color", "tag=unknown&color=1") == 404)
            #expect(try await post("/tags", "name=%20&color=1") == 422)
            #expect(try await post("/tags/delete", "tag=to-pay") == 200)
            #expect(try await account.tags().isEmpty)
            #expect(try await account.message(id)?.listing.tags.isEmpty == true)
        }
    }

    @Test(arguments: [
        ("To pay", "to-pay"), ("Contrato", "contrato"), ("Orçamentos", "orcamentos"), ("予算", "4e887b97"), ("a(b)", "a28b29"),
        ("", nil),
        ("$label1", nil),
    ])
    func namesATag(title: String, name: String?) { #expect(TagEndpoints.tag(title)?.name == name) }

    @Test func tagsHaveTheirOwnColours() throws {
        let tags = try ["clients", "contract", "to-pay"].map { try #require(Tag($0)) }
        // A tag that a mail program brought has the colour that its name gives, not all the same grey.
        let brought = tags.map { TagFields.color($0, TagDefinition(tag: $0, title: "", color: "6b7280")) }
        #expect(Set(brought).count > 1)
        for index in TagFields.palette.indices {
            let color = try #require(TagFields.stored(index))
            #expect(TagFields.color(tags[0], TagDefinition(tag: tags[0], title: "", color: color)) == index)
        }
        #expect(TagFields.stored(TagFields.palette.count) == nil)
    }

    // MARK: Folders

    @Test func foldersAreMadeNamedThrownAwayAndBroughtBack() async throws {
        try await TestSite.with { site in
            let (id, inbox) = try await site.file(message("Keep", id: "1"), of: site.ana)
            let account = try await site.store.account(site.ana.id)
            let (cookie, csrf) = try await site.session(site.ana)
            func post(_ path: String, _ form: String) async throws -> TestSite.Reply {
                try await site.ask(.post, path, body: "csrf=\(csrf)&box=me&\(form)", headers: cookie)
            }
            #expect(try await post("/folders", "name=Clients").status == 303)
            let clients = try #require(try await account.folder(at: FolderPath(["Clients"])))
            #expect(try await post("/folders", "name=Rio&parent=\(clients.id)").status == 303)
            let rio = try #require(try await account.folder(at: FolderPath(["Clients", "Rio"])))
            try await account.move([id], to: rio.id)
            #expect(try await post("/folders/rename", "folder=\(rio.id)&name=Casa").status == 303)
            #expect(try await account.folder(rio.id)?.path == FolderPath(["Clients", "Casa"]))
            #expect(try await post("/folders/rename", "folder=\(inbox)&name=Other").status == 422)
            let gone = try await post("/folders/delete", "folder=\(rio.id)")
            #expect(gone.header("Location").contains("flash=folder_deleted"))
            #expect(try await account.folder(rio.id)?.path.components.first == "Trash")
            let page = try await site.ask(.get, gone.header("Location"), headers: cookie)
            #expect(page.body.contains("/folders/restore"))
            #expect(try await post("/folders/restore", "folder=\(rio.id)&under=\(clients.id)&name=Casa").status == 303)
            #expect(try await account.folder(rio.id)?.path == FolderPath(["Clients", "Casa"]))
            #expect(try await account.folder(rio.id)?.messages == 1)
        }
    }

    @Test func emptyingAsksBefore() async throws {
        try await TestSite.with { site in
            let (_, trash) = try await site.file(message("Old", id: "1"), in: .trash, of: site.ana)
            let (cookie, csrf) = try await site.session(site.ana)
            let account = try await site.store.account(site.ana.id)
            let question = try await site.ask(.get, "/folders/empty?box=me&folder=\(trash)", headers: cookie)
            #expect(question.body.contains("1 message will be deleted for good."))
            #expect(try await account.folder(.trash).messages == 1)
            let inbox = try await account.folder(.inbox).id
            #expect(try await site.ask(.get, "/folders/empty?box=me&folder=\(inbox)", headers: cookie).status == 404)
            _ = try await site.ask(.post, "/folders/empty", body: "csrf=\(csrf)&box=me&folder=\(trash)", headers: cookie)
            #expect(try await account.folder(.trash).messages == 0)
        }
    }

    @Test func headersAreShownAsTheyCame() async throws {
        try await TestSite.with { site in
            let (id, folder) = try await site.file(message("=?utf-8?q?Caf=C3=A9?=", id: "1"), of: site.ana)
            let (cookie, _) = try await site.session(site.ana)
            let page = try await site.ask(.get, "/mail/me/\(folder)/\(id)/headers", headers: cookie)
            #expect(page.body.contains("<dt>Message-ID</dt>") && page.body.contains("&lt;1@y.example&gt;"))
            #expect(page.body.contains("<dt>Subject</dt><dd dir=\"auto\">Café</dd>"))
        }
    }

    @Test func suggestsWhomOneHasWrittenTo() async throws {
        try await TestSite.with { site in
            let text = """
                From: ana@acme.example
                To: =?utf-8?q?Jos=C3=A9_Ant=C3=B3nio?= <jose@far.example>, plain@far.example
                Subject: Hello

                Hello.
                """
            try await site.file(text, in: .sent, of: site.ana)
            let (cookie, _) = try await site.session(site.ana)
            func people(_ text: String) async throws -> String {
                try await site.ask(.get, "/people?q=\(text)", headers: cookie).body
            }
            for word in ["jos", "Antonio", "JOS%C3%89", "far.ex"] {
                #expect(try await people(word).contains("jose@far.example"), "\(word)")
            }
            #expect(try await people("plain").contains("plain@far.example"))
            #expect(try await people("ana").contains("ana@acme.example"))
            #expect(try await people("nobody") == "[]")
            #expect(try await people("") == "[]")
        }
    }
}
