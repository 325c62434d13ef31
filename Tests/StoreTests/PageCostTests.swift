import MIME
import Mail
import SQL
import Testing

@testable import Store

/// A folder of 100,000 messages in 50,000 threads, written as rows: their files are nobody's business here.
private enum LargeFolder {
    static let messages = 100_000

    static func fill(_ account: Account, _ folder: FolderID) async throws {
        // A message of which the others are copies in all that no list looks at.
        _ = try await account.append(Sample.message(subject: "first", date: 1), to: folder)
        try await account.perform { mailbox in
            try mailbox.database.transaction { try mailbox.database.execute(script(folder)) }
        }
    }

    /// Every key has many rows, and rows of one key lie far from each other.
    private static func script(_ folder: FolderID) -> String {
        """
        CREATE TEMP TABLE n AS WITH RECURSIVE c(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM c WHERE n < \(messages))
            SELECT n, n + 1000000 AS id, n * 7919 % 99991 AS mixed FROM c;
        INSERT INTO blobs SELECT 1, id, randomblob(16), 1, 100 FROM n;
        INSERT INTO summaries SELECT 1, n.id, s.sent, s.sent_zone, s.from_list, s.sender_list, s.reply_to_list, s.to_list, s.cc_list,
            s.bcc_list, 'subject ' || mixed % 20000, s.preview, 0, s.priority, NULL, NULL, NULL, NULL, NULL, s.envelope, s.structure,
            s.body FROM n, (SELECT * FROM summaries LIMIT 1) s;
        INSERT INTO messages SELECT 1, \(folder.value), n, id, n % 2, NULL, 1000000 + mixed / 2, 100 + mixed % 5000, 50, id, id,
            1000000 + mixed / 2 + 1, NULL, 'subject ' || mixed % 20000, 'sender ' || mixed % 300 FROM n;
        INSERT INTO folder_threads SELECT 1, \(folder.value), thread, MAX(received), COUNT(*), SUM(1 - flags % 2) FROM messages
            WHERE message > 1000000 GROUP BY thread;
        UPDATE folders SET uid_next = \(messages + 1), uid_reserved = \(messages + 257), messages = \(messages), unseen = 50000,
            octets = 10000000 WHERE folder = \(folder.value);
        UPDATE accounts SET last_number = 2000000, reserved_number = 2004096, messages = \(messages), octets = 10000000;
        DROP TABLE n;
        """
    }
}

/// One page as any list gives it.
private struct Page: Sendable {
    var ids: [Int64]
    var next: ListCursor?
    var steps: Int
}

@Suite("In a folder of 100,000 any page costs the same, and shows each row once") struct PageCostTests {
    /// Rows of a page, as the web asks for them.
    private static let rows = 50

    private let test: TestStore
    private let account: Account
    private let inbox: FolderID

    init() async throws {
        test = try TestStore()
        account = try await test.account()
        inbox = try await account.folder(.inbox).id
        try await LargeFolder.fill(account, inbox)
    }

    private func list(_ request: ListRequest) async throws -> Page {
        let inbox = inbox
        return try await account.perform { mailbox in
            mailbox.database.virtualSteps = 0
            let page = try mailbox.list(inbox, request)
            return Page(ids: page.rows.map(\.id.value), next: page.next, steps: mailbox.database.virtualSteps)
        }
    }

    private func threads(_ cursor: ListCursor?, unreadOnly: Bool, limit: Int = Self.rows) async throws -> Page {
        let inbox = inbox
        return try await account.perform { mailbox in
            mailbox.database.virtualSteps = 0
            let page = try mailbox.threads(in: inbox, unreadOnly: unreadOnly, cursor: cursor, limit: limit)
            return Page(ids: page.rows.map(\.thread.value), next: page.next, steps: mailbox.database.virtualSteps)
        }
    }

    /// Mail comes at either end of the list and in its middle; one message goes that was shown, and one that was not yet.
    private func disturb(_ shown: [Int64], _ round: Int) async throws -> Set<Int64> {
        for (subject, date) in [("a", 900_000), ("subject 500", 1_020_000), ("z", 2_000_000)] {
            _ = try await account.append(
                Sample.message(subject: "\(subject) \(round)", from: "sender \(round) <s@a.example>", date: Int64(date)),
                to: inbox)
        }
        let ahead = Int64(1_000_010 + round * 613)
        let gone = [shown.last, ahead].compactMap(\.self)
        try await account.delete(gone.map { MessageID($0) })
        return Set(gone)
    }

    private func expectSameCost(_ page: Page, as first: Page, _ what: String) {
        #expect(page.ids.count == first.ids.count, "\(what)")
        #expect(abs(page.steps - first.steps) * 10 <= first.steps, "\(what): \(first.steps) steps, then \(page.steps)")
    }

    /// Walks a list from a place to its end, a page at a time, while mail comes and goes.
    ///
    /// - Parameter all: what is to be shown if nothing of it goes.
    private func walk(
        _ name: String, from start: ListCursor? = nil, all: [Int64], disturbs: Bool = true,
        _ page: (ListCursor?) async throws -> Page
    ) async throws {
        let first = try await page(start)
        var (seen, gone): (Set<Int64>, Set<Int64>) = ([], [])
        var (current, number) = (first, 1)
        var twice: [Int64] = []
        while true {
            for id in current.ids where !seen.insert(id).inserted { twice.append(id) }
            guard let next = current.next else { break }
            if disturbs, number % 25 == 0 { gone.formUnion(try await disturb(current.ids, number)) }
            number += 1
            current = try await page(next)
            // A thread of one message costs less than one of two.
            #expect(
                current.steps * 10 <= first.steps * 11, "\(name), page \(number): \(first.steps) steps, then \(current.steps)")
        }
        #expect(number >= all.count / first.ids.count)
        #expect(twice.isEmpty, "\(name): rows are shown twice")
        #expect(Set(all).subtracting(gone).subtracting(seen).isEmpty, "\(name): rows are passed over")
    }

    /// Numbers of a column, of the rows that a condition holds for.
    private func numbers(_ column: String, of table: String, where condition: String = "1") async throws -> [Int64] {
        let inbox = inbox
        return try await account.perform { mailbox in
            try mailbox.database.all(
                "SELECT \(column) FROM \(table) WHERE account = $1 AND folder = $2 AND \(condition)", mailbox.me,
                .integer(inbox.value)
            ) { $0.integer(0) }
        }
    }

    /// By date all 100,000; by subject and by thread the last quarter.
    @Test func listsToTheirEndsWhileMailComesAndGoes() async throws {
        try await walk("date", all: try await numbers("message", of: "messages")) { cursor in
            try await list(ListRequest(cursor: cursor, limit: StoreLimits.page))
        }
        let subject = ListCursor(key: .text("subject 6"), tie: 0, isBackward: false)
        let behind = try await numbers("message", of: "messages", where: "subject_key >= 'subject 6'")
        try await walk("subject", from: subject, all: behind) { cursor in
            try await list(ListRequest(order: .subject, descending: false, cursor: cursor, limit: StoreLimits.page))
        }
        // A thread that a message leaves or joins moves to another place: those that are not touched are each shown once.
        let inbox = inbox
        let late = ListCursor(key: .number(1_012_500), tie: 0, isBackward: false)
        let threads = try await numbers("thread", of: "folder_threads", where: "latest < 1012500")
        try await walk("threads", from: late, all: threads, disturbs: false) { cursor in
            _ = try await account.append(Sample.message(subject: "new", date: 3_000_000), to: inbox)
            return try await self.threads(cursor, unreadOnly: false, limit: 100)
        }
    }

    /// Page 1 and page 1,000 of each list that can be asked for, the place of the latter found by counting.
    @Test func pageOneAndPageOneThousand() async throws {
        try await pagesOfMessages()
        try await pagesOfThreads()
        try await fetchAtEitherEnd()
    }

    private func pagesOfMessages() async throws {
        for order in ListOrder.allCases {
            for descending in [true, false] {
                let first = try await list(ListRequest(order: order, descending: descending, limit: Self.rows))
                let place = try await place(order, descending, rows: 999 * Self.rows, "messages", "uid", condition: "1")
                let late = try await list(ListRequest(order: order, descending: descending, cursor: place, limit: Self.rows))
                expectSameCost(late, as: first, "\(order) \(descending ? "reverse" : "")")
            }
        }
        let unread = ListRequest(unreadOnly: true, limit: Self.rows)
        let place = try await place(.date, true, rows: 900 * Self.rows, "messages", "uid", condition: "flags % 2 = 0")
        expectSameCost(
            try await list(ListRequest(unreadOnly: true, cursor: place, limit: Self.rows)), as: try await list(unread), "unread")
    }

    private func pagesOfThreads() async throws {
        for unreadOnly in [false, true] {
            let first = try await threads(nil, unreadOnly: unreadOnly)
            let place = try await place(
                "latest", true, rows: (unreadOnly ? 400 : 900) * Self.rows, "folder_threads", "thread",
                condition: unreadOnly ? "unread > 0" : "1")
            expectSameCost(try await threads(place, unreadOnly: unreadOnly), as: first, "threads, unread only: \(unreadOnly)")
        }
    }

    /// What IMAP's FETCH of a screenful costs at either end of the folder, by UID and by number.
    private func fetchAtEitherEnd() async throws {
        let inbox = inbox
        let all = try await account.uids(in: inbox)
        for fields in [MetadataFields(), [.envelope, .bodyStructure]] {
            func cost(_ first: Int) async throws -> Int {
                let range = all.values[first]...all.values[first + Self.rows - 1]
                return try await account.perform { mailbox in
                    mailbox.database.virtualSteps = 0
                    var rows = 0
                    try mailbox.forEachRow(
                        in: inbox, uids: UIDSet(ranges: [range]), fields: fields, changedSince: nil, limit: .max
                    ) { _ in rows += 1 }
                    #expect(rows == Self.rows)
                    return mailbox.database.virtualSteps
                }
            }
            let first = try await cost(0)
            for place in [999 * Self.rows, 1_999 * Self.rows] {
                let late = try await cost(place)
                #expect(abs(late - first) * 10 <= first, "\(first) steps, then \(late)")
            }
        }
    }

    private func place(
        _ order: ListOrder, _ descending: Bool, rows: Int, _ table: String, _ tie: String, condition: String
    ) async throws -> ListCursor {
        let columns: [ListOrder: String] = [.date: "received", .subject: "subject_key", .sender: "sender_key", .size: "size"]
        return try await place(columns[order] ?? "", descending, rows: rows, table, tie, condition: condition)
    }

    private func place(
        _ column: String, _ descending: Bool, rows: Int, _ table: String, _ tie: String, condition: String
    ) async throws -> ListCursor {
        let inbox = inbox
        let direction = descending ? "DESC" : "ASC"
        let isText = column.hasSuffix("_key")
        let found = try await account.perform { mailbox in
            try mailbox.database.first(
                """
                SELECT \(column), \(tie) FROM \(table) WHERE account = $1 AND folder = $2 AND \(condition)
                ORDER BY \(column) \(direction), \(tie) \(direction) LIMIT 1 OFFSET $3
                """, mailbox.me, .integer(inbox.value), .number(rows - 1)
            ) { row in
                ListCursor(
                    key: isText ? .text(row.text(0)) : .number(row.integer(0)), tie: row.integer(1), isBackward: false)
            }
        }
        return try #require(found)
    }
}
