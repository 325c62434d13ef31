import Directory
import HTTPTypes
import Mail
import Store
import Testing

@testable import Webmail

@Suite("Open conversations, F35 and F36") struct ConversationTests {
    private func message(_ number: Int, of subject: String = "Rooms", text: String = "") -> String {
        """
        From: Writer \(number) <w\(number)@y.example>
        To: Ana Dias <ana@acme.example>
        Subject: \(number == 1 ? "" : "Re: ")\(subject)
        Message-ID: <\(number)@y.example>
        \(number == 1 ? "" : "In-Reply-To: <\(number - 1)@y.example>\n")
        Text number \(number).\(text)
        """
    }

    /// Files a conversation, in these folders, and reads all of it but those.
    private func file(
        _ site: TestSite, _ folders: [SpecialUse], unread: Set<Int> = [], text: String = ""
    ) async throws -> [MessageID] {
        var ids: [MessageID] = []
        for (number, use) in folders.enumerated() {
            ids.append(try await site.file(message(number + 1, text: text), in: use, of: site.ana).0)
        }
        let account = try await site.store.account(site.ana.id)
        let read = ids.enumerated().filter { !unread.contains($0.offset + 1) }.map(\.element)
        try await account.setFlags(FlagChange(.add, .seen), of: read)
        return ids
    }

    /// The messages of a page, in its order: their numbers here, and whether each is open.
    private func letters(_ page: String) -> [(id: String, isOpen: Bool)] {
        page.matches(of: /<section class="letter([^"]*)" data-id="(\d+)"/).map {
            (String($0.2), $0.1.split(separator: " ").contains("open"))
        }
    }

    private func shows(_ page: String, _ number: Int) -> Bool { page.contains(#"<p dir="auto">Text number \#(number)."#) }

    private func conversation(
        _ site: TestSite, of id: MessageID, opensMore: Bool = true, _ limits: WebLimits = WebLimits()
    ) async throws -> Conversation {
        let account = try await site.store.account(site.ana.id)
        let main = try #require(try await account.message(id)).listing
        let thread = try await account.thread(main.thread, limit: limits.conversation + 1).map(\.message)
        return Conversation(of: main, among: thread, opensMore: opensMore, limits: limits)
    }

    // MARK: Which are open

    @Test func theLatestAndTheUnreadOnesAreOpen() async throws {
        try await TestSite.with { site in
            let ids = try await file(site, [.inbox, .inbox, .sent, .inbox], unread: [2])
            let account = try await site.store.account(site.ana.id)
            let inbox = try await account.folder(.inbox).id
            let (cookie, _) = try await site.session(site.ana)
            let page = try await site.ask(.get, "/mail/me/\(inbox)/\(ids[3])", headers: cookie).body
            #expect(letters(page).map(\.id) == ids.map(\.description))
            #expect(letters(page).map(\.isOpen) == [false, true, false, true])
            #expect(shows(page, 2) && shows(page, 4) && !shows(page, 1) && !shows(page, 3))
            // It was unread when the page was made, and is read from then on.
            #expect(page.contains(#"class="letter open unread part" data-id="\#(ids[1])""#))
            #expect(try await account.folder(.inbox).unseen == 0)
            // Where else a message is, is said.
            #expect(page.contains(#"<span class="where">Sent</span>"#))
            let again = try await site.ask(.get, "/mail/me/\(inbox)/\(ids[0])?fragment=message", headers: cookie).body
            #expect(letters(again).map(\.isOpen) == [true, false, false, true])
        }
    }

    @Test func whatIsReadOneByOneOpensAlone() async throws {
        try await TestSite.with { site in
            let ids = try await file(site, [.inbox, .inbox, .inbox], unread: [2])
            let conversation = try await conversation(site, of: ids[0], opensMore: false)
            #expect(conversation.messages.map(\.id) == ids)
            #expect(conversation.opened == [ids[0]])
            let inbox = try await site.store.account(site.ana.id).folder(.inbox).id
            let (cookie, _) = try await site.session(site.ana)
            let page = try await site.ask(.get, "/mail/me/\(inbox)/\(ids[0])?sort=subject", headers: cookie).body
            #expect(letters(page).map(\.isOpen) == [true, false, false])
            // The bar's buttons mean that one.
            #expect(!page.contains("Delete the conversation"))
            #expect(try await site.store.account(site.ana.id).folder(.inbox).unseen == 1)
        }
    }

    @Test func theBarMeansTheWholeConversationWhicheverIsOpened() async throws {
        try await TestSite.with { site in
            let ids = try await file(site, [.inbox, .inbox])
            let inbox = try await site.store.account(site.ana.id).folder(.inbox).id
            let (cookie, _) = try await site.session(site.ana)
            for id in ids {
                let page = try await site.ask(.get, "/mail/me/\(inbox)/\(id)?fragment=message", headers: cookie).body
                #expect(page.contains("Delete the conversation"))
                // Each has buttons of its own.
                #expect(page.contains("source=\(id)&amp;kind=reply\""))
                #expect(page.contains("Delete this message only"))
            }
        }
    }

    @Test func aTagOfAllStandsAtTheSubjectAlone() async throws {
        try await TestSite.with { site in
            let ids = try await file(site, [.inbox, .inbox, .sent])
            let account = try await site.store.account(site.ana.id)
            let (all, one) = (try #require(Tag("stay")), try #require(Tag("late")))
            try await account.setFlags(FlagChange(.add, tags: [all]), of: Array(ids[0...1]))
            try await account.setFlags(FlagChange(.add, tags: [one]), of: [ids[0]])
            let inbox = try await account.folder(.inbox).id
            let (cookie, _) = try await site.session(site.ana)
            for id in ids {
                let page = try await site.ask(.get, "/mail/me/\(inbox)/\(id)?fragment=message", headers: cookie).body
                let tags = page.matches(of: /<span class="tag t\d">([^<]+)</).map { String($0.1) }
                #expect(tags.sorted() == ["late", "late", "stay"], "\(id)")
            }
        }
    }

    @Test func limitsHoldAndTheOneAskedForIsOpenInAnyCase() async throws {
        try await TestSite.with { site in
            let ids = try await file(site, Array(repeating: .inbox, count: 6), unread: [1, 2, 3, 4, 5, 6], text: " Long.")
            var limits = WebLimits()
            limits.openedMessages = 3
            #expect(try await conversation(site, of: ids[0], limits).opened == [ids[0], ids[5], ids[4]])
            limits.openedOctets = 1
            #expect(try await conversation(site, of: ids[2], limits).opened == [ids[2]])
            limits.conversation = 3
            let cut = try await conversation(site, of: ids[0], limits)
            #expect(cut.messages.map(\.id) == [ids[0], ids[3], ids[4], ids[5]])
            #expect(cut.isCut)
            limits.conversation = 6
            #expect(try await !conversation(site, of: ids[0], limits).isCut)
        }
    }

    /// `o` open, `-` closed, `(n)` so many behind one line.
    @Test(arguments: [
        (5, [], "----o"), (6, [], "-(3)-o"), (9, [], "-(6)-o"), (9, [4], "---o----o"), (12, [6], "-(3)-o-(3)-o"),
    ])
    func readMessagesInARowAreOneLine(count: Int, unread: [Int], expected: String) async throws {
        try await TestSite.with { site in
            let ids = try await file(site, Array(repeating: .inbox, count: count), unread: Set(unread))
            let conversation = try await conversation(site, of: ids[count - 1])
            let shown = conversation.pieces.map { piece in
                switch piece {
                case .message(let one): conversation.opened.contains(one.id) ? "o" : "-"
                case .earlier(let more): "(\(more.count))"
                }
            }
            #expect(shown.joined() == expected)
            // What is unread and may not be opened any more is still in sight.
            var limits = WebLimits()
            limits.openedMessages = 1
            let closed = try await self.conversation(site, of: ids[count - 1], limits)
            for case .earlier(let more) in closed.pieces { #expect(more.allSatisfy { $0.flags.contains(.seen) }) }
        }
    }

    // MARK: Addresses

    @Test func oneMessageComesAlone() async throws {
        try await TestSite.with { site in
            let ids = try await file(site, [.inbox, .inbox, .inbox], unread: [1])
            let inbox = try await site.store.account(site.ana.id).folder(.inbox).id
            let (cookie, _) = try await site.session(site.ana)
            let one = try await site.ask(.get, "/mail/me/\(inbox)/\(ids[0])?fragment=letter", headers: cookie)
            #expect(one.status == 200)
            #expect(letters(one.body).map(\.id) == [ids[0].description] && shows(one.body, 1))
            #expect(!one.body.contains("<html"))
            #expect(try await site.store.account(site.ana.id).folder(.inbox).unseen == 0)
            let (other, _) = try await site.session(site.eve)
            #expect(try await site.ask(.get, "/mail/me/\(inbox)/\(ids[0])?fragment=letter", headers: other).status == 404)
        }
    }

    @Test func aMessageOfAnotherFolderIsReadBesideTheListOfItsConversation() async throws {
        try await TestSite.with { site in
            let ids = try await file(site, [.inbox, .sent, .inbox])
            let account = try await site.store.account(site.ana.id)
            let (inbox, sent) = (try await account.folder(.inbox).id, try await account.folder(.sent).id)
            let (cookie, _) = try await site.session(site.ana)
            func folder(_ path: String) async throws -> Substring? {
                let page = try await site.ask(.get, path, headers: cookie).body
                return page.firstMatch(of: /data-list="\/mail\/me\/(\d+)"/)?.1
            }
            #expect(try await folder("/mail/me/\(inbox)/\(ids[1])") == Substring(inbox.description))
            #expect(try await folder("/mail/me/\(sent)/\(ids[1])") == Substring(sent.description))
            // What was thrown away is found beside the trash, by the address of before.
            try await account.moveToTrash([ids[2]])
            let trash = try await account.folder(.trash).id
            #expect(try await folder("/mail/me/\(inbox)/\(ids[2])") == Substring(trash.description))
            #expect(try await folder("/mail/me/\(inbox)/\(ids[0])") == Substring(inbox.description))
        }
    }

    @Test func aDamagedMessageLeavesTheOthersReadable() async throws {
        try await TestSite.with { site in
            let ids = try await file(site, [.inbox, .inbox, .inbox], unread: [1])
            let account = try await site.store.account(site.ana.id)
            try site.removeFiles(containing: "Text number 1.")
            let inbox = try await account.folder(.inbox).id
            let (cookie, _) = try await site.session(site.ana)
            let page = try await site.ask(.get, "/mail/me/\(inbox)/\(ids[2])", headers: cookie)
            #expect(page.status == 200 && shows(page.body, 3))
            #expect(letters(page.body).map(\.isOpen) == [false, false, true])
            // It was not read.
            #expect(try await account.folder(.inbox).unseen == 1)
        }
    }

    // MARK: Drafts remember what they answer

    @Test(arguments: [
        ("forward 12 a@b", DraftOrigin(isForward: true, source: 12, messageID: "a@b")),
        ("reply 7", DraftOrigin(isForward: false, source: 7, messageID: nil)), ("", nil), ("forward", nil),
        ("forward x a@b", nil),
        ("answer 7 a@b", nil), ("reply 99999999999999999999 a@b", nil),
    ])
    func readsADraftsOrigin(text: String, expected: DraftOrigin?) {
        #expect(DraftOrigin(text) == expected)
        if let expected { #expect(DraftOrigin(expected.text) == expected) }
    }

    @Test(arguments: ["forward", "reply"])
    func aResumedDraftStillKnowsItsSource(kind: String) async throws {
        try await TestSite.with { site in
            // Without a Message-ID: nothing but our own field can tell.
            let text = "From: zoe@y.example\nTo: ana@acme.example\nSubject: Plan\n\nThe plan.\n"
            let (source, inbox) = try await site.file(text, of: site.ana)
            let (cookie, csrf) = try await site.session(site.ana)
            func hidden(_ name: String, _ page: String) -> Substring? {
                let form = page.split(separator: #"id="compose""#).last.map(String.init) ?? ""
                return try? Regex(#"name="\#(name)" value="([^"]*)""#).firstMatch(in: form)?.output[1].substring
            }
            let page = try await site.ask(.get, "/compose?source=\(source)&kind=\(kind)&folder=\(inbox)", headers: cookie).body
            #expect(hidden("return", page) == "/mail/me/\(inbox)/\(source)")
            let form =
                "csrf=\(csrf)&box=me&kind=\(kind)&source=\(source)&from=ana%40acme.example&to=zoe%40y.example"
                + "&subject=Plan&body=Text&do=save"
            let account = try await site.store.account(site.ana.id)
            _ = try await site.ask(.post, "/compose", body: form, headers: cookie)
            for _ in 1...2 {
                let drafts = try await account.list(account.folder(.drafts).id).rows
                let draft = try #require(drafts.first?.id)
                #expect(drafts.count == 1)
                let resumed = try await site.ask(.get, "/compose?draft=\(draft)", headers: cookie).body
                #expect(hidden("source", resumed) == Substring(source.description))
                #expect(hidden("kind", resumed) == (kind == "forward" ? "forward" : "draft"))
                let again = form.replacing("kind=\(kind)", with: "kind=\(hidden("kind", resumed) ?? "")")
                _ = try await site.ask(.post, "/compose", body: "\(again)&draft=\(draft)", headers: cookie)
            }
            // What was deleted meanwhile is no source any more.
            for _ in 1...2 { try await account.moveToTrash([source]) }
            let drafts = try await account.list(account.folder(.drafts).id).rows
            let resumed = try await site.ask(.get, "/compose?draft=\(try #require(drafts.first?.id))", headers: cookie).body
            #expect(hidden("source", resumed) == "")
        }
    }

    // MARK: What takes a message back

    @Test(arguments: [("a12", MessageID(12), false), ("f7", MessageID(7), true)])
    func aSentMessageKnowsWhatItMarked(text: String, message: MessageID, isForward: Bool) throws {
        let account = AccountIdentity(tenant: try TenantID("acme"), stableID: "ana").accountID
        let mark = SentToken.Mark(message: message, isForward: isForward)
        let token = SentToken(queue: "q1", account: account, mailbox: "me", draft: "3", mark: mark)
        #expect(token.text == "q1.\(account.hex).me.3.\(text)")
        #expect(SentToken(token.text)?.mark == mark)
        for other in ["", "x12", "a", "axy"] {
            #expect(SentToken("q1.\(account.hex).me.3.\(other)")?.mark == nil)
        }
        #expect(SentToken("q1.\(account.hex).me.3") == nil)
    }
}
