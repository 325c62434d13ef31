import MIME
import Mail
import SQL
import Testing

@testable import Store

@Suite("Lists and threads") struct ListTests {
    let test: TestStore
    let account: Account
    let inbox: FolderID

    init() async throws {
        test = try TestStore()
        account = try await test.account()
        inbox = try await account.folder(.inbox).id
    }

    private func fill(_ count: Int) async throws {
        let messages = (0..<count).map { number in
            Sample.message(
                subject: "s\(number * 7 % 10)", from: "p\(number * 3 % 5)@a.example",
                body: String(repeating: "x", count: number * 11 % 17),
                flags: number % 3 == 0 ? .seen : [], tags: number % 4 == 0 ? ["t"] : [], date: Int64(1_000 + number * 13 % 20))
        }
        _ = try await account.append(messages, to: inbox)
    }

    private func walk(_ request: ListRequest) async throws -> [UInt32] {
        var request = request
        var uids: [UInt32] = []
        while true {
            let page = try await account.list(inbox, request)
            uids += page.rows.map(\.uid.value)
            guard let next = page.next else { return uids }
            let cursor = ListCursor(token: next.token)
            request.cursor = try #require(cursor) as ListCursor
        }
    }

    @Test(arguments: ListOrder.allCases, [true, false])
    func pagesJoinToTheWholeList(order: ListOrder, descending: Bool) async throws {
        try await fill(50)
        let whole = try await walk(ListRequest(order: order, descending: descending, limit: 200))
        let pages = try await walk(ListRequest(order: order, descending: descending, limit: 7))
        #expect(whole.count == 50 && Set(whole).count == 50)
        #expect(pages == whole)
        let reversed = try await walk(ListRequest(order: order, descending: !descending, limit: 9))
        #expect(reversed == whole.reversed())
    }

    @Test func filtersKeepTheOrder() async throws {
        try await fill(50)
        let unread = try await walk(ListRequest(unreadOnly: true, limit: 5))
        #expect(unread.count == 33 && unread.allSatisfy { ($0 - 1) % 3 != 0 })
        #expect(try await walk(ListRequest(order: .subject, tag: Tag("t"), limit: 4)).count == 13)
    }

    @Test func arrivingMailNeitherRepeatsNorHidesRows() async throws {
        try await fill(30)
        let before = try await walk(ListRequest(limit: 200))
        var request = ListRequest(limit: 5)
        var seen: [UInt32] = []
        while true {
            let page = try await account.list(inbox, request)
            seen += page.rows.map(\.uid.value)
            _ = try await account.append(Sample.message(subject: "new", date: 2_000), to: inbox)
            if let last = page.rows.last { try await account.delete([last.id]) }
            guard let next = page.next else { break }
            request.cursor = next
        }
        #expect(seen == before)
    }

    @Test func pagesGoBackToo() async throws {
        try await fill(20)
        let first = try await account.list(inbox, ListRequest(limit: 6))
        let second = try await account.list(inbox, ListRequest(cursor: first.next, limit: 6))
        let back = try await account.list(inbox, ListRequest(cursor: second.previous, limit: 6))
        #expect(first.previous == nil)
        #expect(back.rows.map(\.id) == first.rows.map(\.id))
        #expect(back.previous == nil)
    }

    @Test func anyPageCostsTheSame() async throws {
        for _ in 0..<4 { try await fill(500) }
        for order in ListOrder.allCases {
            let request = ListRequest(order: order, limit: 20)
            let (first, cost) = try await account.steps { try $0.list(inbox, request) }
            var cursor = first.next
            for _ in 0..<80 { cursor = try await account.list(inbox, ListRequest(order: order, cursor: cursor, limit: 20)).next }
            let place = cursor
            let late = try await account.steps { try $0.list(inbox, ListRequest(order: order, cursor: place, limit: 20)) }
            #expect(late.page.rows.count == 20)
            #expect(Double(late.steps) < Double(cost) * 1.1, "\(order): \(cost) steps, then \(late.steps)")
        }
    }

    @Test(arguments: ["", "n", "n5", "n5.7", "x5.7f", "t6g.1f", "n5.f", "n99999999999999999999.1f"])
    func refusesTokens(token: String) {
        #expect(ListCursor(token: token) == nil)
    }

    @Test func referencesMakeAThreadAndSoDoSubjects() async throws {
        let messages = [
            Sample.message(subject: "Plan", id: "1@a", date: 100),
            Sample.message(subject: "Re: Plan", id: "2@a", references: "1@a", date: 200),
            Sample.message(subject: "Other words", id: "3@a", references: "2@a", flags: .seen, date: 300),
            Sample.message(subject: "RE: plan", from: "Zoe <z@z.example>", id: "4@a", date: 400),
            Sample.message(subject: "Alone", id: "5@a", flags: .seen, date: 50),
        ]
        let filed = try await account.append(messages, to: inbox)
        let page = try await account.threads(in: inbox)
        #expect(page.rows.map(\.messages) == [4, 1])
        #expect(page.rows.map(\.unread) == [3, 0])
        #expect(page.rows[0].latest.id == filed[3].message)
        #expect(page.rows[0].participants.map(\.address) == ["z@z.example", "ana@a.example"])
        let thread = try await account.thread(page.rows[0].thread)
        #expect(thread.map(\.message.id) == filed[0...3].map(\.message))
        #expect(thread.map(\.depth) == [0, 1, 2, 0])
        #expect(page.rows[0].recent.map(\.id) == filed[0...3].map(\.message).reversed())
        // Of a long one, the latest.
        for folder in [nil, inbox] {
            let latest = try await account.thread(page.rows[0].thread, in: folder, limit: 2)
            #expect(latest.map(\.message.id) == filed[2...3].map(\.message))
        }
        #expect(try await account.threads(in: inbox, unreadOnly: true).rows.count == 1)
        try await account.setFlags(FlagChange(.add, .seen), of: filed.map(\.message))
        #expect(try await account.threads(in: inbox).rows.map(\.unread) == [0, 0])
        try await account.moveToTrash([filed[3].message])
        #expect(try await account.threads(in: inbox).rows[0].latest.id == filed[2].message)
        #expect(try await account.thread(page.rows[0].thread).map(\.message.id) == filed[0...2].map(\.message))
        try await account.expectSound()
    }

    @Test func aMessageThatConnectsTwoThreadsJoinsThem() async throws {
        _ = try await account.append(
            [Sample.message(subject: "a", id: "1@a"), Sample.message(subject: "b", id: "2@a")], to: inbox)
        #expect(try await account.threads(in: inbox).rows.count == 2)
        _ = try await account.append(Sample.message(subject: "c", id: "3@a", references: "1@a> <2@a"), to: inbox)
        #expect(try await account.threads(in: inbox).rows.map(\.messages) == [3])
        try await account.expectSound()
    }

    @Test func threadsPage() async throws {
        for number in 0..<30 {
            _ = try await account.append(Sample.message(subject: "t\(number)", date: Int64(number / 3)), to: inbox)
        }
        var seen: [ThreadID] = []
        var cursor: ListCursor?
        repeat {
            let page = try await account.threads(in: inbox, cursor: cursor, limit: 7)
            seen += page.rows.map(\.thread)
            cursor = page.next
        } while cursor != nil
        #expect(seen.count == 30 && Set(seen).count == 30)
    }

    @Test func anyPageOfThreadsCostsTheSame() async throws {
        for batch in 0..<4 {
            let messages = (0..<250).map { Sample.message(subject: "t\(batch)-\($0)", date: Int64(batch * 1_000 + $0)) }
            _ = try await account.append(messages, to: inbox)
        }
        let inbox = inbox
        func page(_ cursor: ListCursor?) async throws -> (next: ListCursor?, rows: Int, steps: Int) {
            try await account.perform { mailbox in
                mailbox.database.virtualSteps = 0
                let page = try mailbox.threads(in: inbox, unreadOnly: false, cursor: cursor, limit: 20)
                return (page.next, page.rows.count, mailbox.database.virtualSteps)
            }
        }
        let first = try await page(nil)
        var last = first
        for _ in 0..<45 { last = try await page(last.next) }
        #expect(last.rows == 20)
        #expect(Double(last.steps) < Double(first.steps) * 1.1, "\(first.steps) steps, then \(last.steps)")
    }

    @Test func listingsShowWhatPeopleNeed() async throws {
        let filed = try await account.append(Sample.message(subject: "Olá", tags: ["x"]), to: inbox)
        try await account.setComment("note", on: filed.message)
        let row = try #require(try await account.list(inbox).rows.first)
        #expect(row.subject == "Olá" && row.from.first?.display == "Ana" && row.to.first?.address == "rui@b.example")
        #expect(row.preview == "Some words." && row.comment == "note" && row.tags == [Tag("x")!])
        #expect(row.sent?.zone == 60)
        #expect(try await account.tags().map(\.tag) == [Tag("x")!])
        try await account.deleteTag(Tag("x")!)
        #expect(try await account.list(inbox).rows.first?.tags == [])
        try await account.setSetting("view", "threads")
        #expect(try await account.settings() == ["view": "threads"])
        try await account.setSetting("view", nil)
        #expect(try await account.setting("view") == nil)
        try await account.expectSound()
    }
}

extension Account {
    /// What `body` gives, and what it cost the database.
    func steps(_ body: @Sendable (Mailbox) throws -> ListPage) throws -> (page: ListPage, steps: Int) {
        try perform { mailbox in
            mailbox.database.virtualSteps = 0
            return (try body(mailbox), mailbox.database.virtualSteps)
        }
    }
}
