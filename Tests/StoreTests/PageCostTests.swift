import MIME
import Mail
import NIOCore
import SQL
import Testing

@testable import Store

/// A folder of 100,000 messages in 70,000 threads, four of five messages unread, so that every list has a page 1,000; written as
/// rows: their files are nobody's business here.
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
            s.bcc_list, 'subject ' || (mixed % 20000), s.preview, 0, s.priority, NULL, NULL, NULL, NULL, NULL, s.envelope, s.structure,
            s.body FROM n, (SELECT * FROM summaries LIMIT 1) s;
        INSERT INTO messages SELECT 1, \(folder.value), n, id, n % 5 = 0, n % 5 <> 0, NULL, 1000000 + mixed / 2, 1000 + mixed % 5000,
            50, id, id, 1000001 + mixed * 7 / 10, NULL, 'subject ' || (mixed % 20000), 'sender ' || (mixed % 300) FROM n;
        INSERT INTO folder_threads SELECT 1, \(folder.value), thread, MAX(received), COUNT(*), SUM(1 - flags % 2) FROM messages
            WHERE message > 1000000 GROUP BY thread;
        UPDATE folders SET uid_next = \(messages + 1), uid_reserved = \(messages + 257), messages = \(messages),
            unseen = (SELECT COUNT(*) FROM messages WHERE flags % 2 = 0), octets = 10000000 WHERE folder = \(folder.value);
        UPDATE accounts SET last_number = 2000000, reserved_number = 2004096, messages = \(messages), octets = 10000000;
        DROP TABLE n;
        """
    }
}

/// A list as it can be asked for: of messages in an order, or of threads.
private struct FolderList: Sendable, CustomTestStringConvertible {
    /// Nil: threads, the latest first.
    var order: ListOrder?
    var descending = true
    var unreadOnly = false

    static let all =
        ListOrder.allCases.flatMap { order in [true, false].map { FolderList(order: order, descending: $0) } }
        + [FolderList(order: .date, unreadOnly: true), FolderList(), FolderList(unreadOnly: true)]

    var testDescription: String {
        "\(order.map { "messages by \($0)" } ?? "threads")\(descending ? "" : ", upwards")\(unreadOnly ? ", unread only" : "")"
    }

    /// Where its rows are: table, the column that they are sorted by, the one that decides between equals, what is shown, of which.
    var columns: (table: String, key: String, tie: String, id: String, condition: String) {
        guard let order else {
            return ("folder_threads", "latest", "thread", "thread", unreadOnly ? "unread > 0" : "1")
        }
        let key =
            switch order {
            case .date: "received"
            case .subject: "subject_key"
            case .sender: "sender_key"
            case .size: "size"
            }
        return ("messages", key, "uid", "message", unreadOnly ? "flags % 2 = 0" : "1")
    }

    var hasTextKey: Bool { order == .subject || order == .sender }

    func isApart(_ one: Keys, _ other: Keys) -> Bool {
        switch order {
        case .date, nil: one.received != other.received
        case .subject: one.subject != other.subject
        case .sender: one.sender != other.sender
        case .size: one.size != other.size
        }
    }
}

/// One page as any list gives it.
private struct Page: Sendable {
    var ids: [Int64]
    var next: ListCursor?
    var steps: Int
}

/// What a message is sorted by.
private struct Keys: Sendable {
    var received: Int64
    var size: Int
    var subject: String
    var sender: String
}

/// What has come and gone while a list was walked.
private struct Disturbance {
    /// Messages or threads that need not be shown, or that may be shown twice as they have got another place.
    var touched: Set<Int64> = []
    /// What has come ahead of the walk and must be shown too.
    var arrived: Set<Int64> = []
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

    private func page(_ list: FolderList, _ cursor: ListCursor?, limit: Int = Self.rows) async throws -> Page {
        let inbox = inbox
        return try await account.perform { mailbox in
            mailbox.database.virtualSteps = 0
            guard let order = list.order else {
                let page = try mailbox.threads(in: inbox, unreadOnly: list.unreadOnly, cursor: cursor, limit: limit)
                return Page(ids: page.rows.map(\.thread.value), next: page.next, steps: mailbox.database.virtualSteps)
            }
            let page = try mailbox.list(
                inbox,
                ListRequest(
                    order: order, descending: list.descending, unreadOnly: list.unreadOnly, cursor: cursor, limit: limit))
            return Page(ids: page.rows.map(\.id.value), next: page.next, steps: mailbox.database.virtualSteps)
        }
    }

    /// What `read` makes of a query's rows, in the order of a list; `columns` of the rows from one on.
    private func rows<Value: Sendable>(
        _ list: FolderList, _ columns: String, from offset: Int = 0, limit: Int = -1,
        _ read: @escaping @Sendable (borrowing Row) -> Value
    ) async throws -> [Value] {
        let (table, key, tie, _, condition) = list.columns
        let direction = list.descending ? "DESC" : "ASC"
        let inbox = inbox
        return try await account.perform { mailbox in
            try mailbox.database.all(
                """
                SELECT \(columns) FROM \(table) WHERE account = $1 AND folder = $2 AND \(condition)
                ORDER BY \(key) \(direction), \(tie) \(direction) LIMIT $3 OFFSET $4
                """, mailbox.me, .integer(inbox.value), .number(limit), .number(offset), read: read)
        }
    }

    /// The place behind so many rows of a list, found by counting.
    private func place(_ list: FolderList, behind rows: Int) async throws -> ListCursor {
        let columns = list.columns
        let isText = list.hasTextKey
        let found = try await self.rows(list, "\(columns.key), \(columns.tie)", from: rows - 1, limit: 1) { row in
            ListCursor(key: isText ? .text(row.text(0)) : .number(row.integer(0)), tie: row.integer(1), isBackward: false)
        }
        return try #require(found.first)
    }

    // MARK: The same cost

    /// Page 1 and page 1,000 of each list that can be asked for.
    @Test func pageOneAndPageOneThousand() async throws {
        for list in FolderList.all {
            let first = try await page(list, nil)
            let late = try await page(list, try await place(list, behind: 999 * Self.rows))
            #expect(first.ids.count == Self.rows && late.ids.count == Self.rows, "\(list.testDescription)")
            #expect(
                abs(late.steps - first.steps) * 10 <= first.steps,
                "\(list.testDescription): \(first.steps) steps, then \(late.steps)")
        }
        try await fetchAtEitherEnd()
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

    // MARK: Each row once

    /// By date all 100,000; the end of every other list.
    @Test func listsToTheirEndsWhileMailComesAndGoes() async throws {
        try await walk(FolderList(order: .date), limit: StoreLimits.page)
        for list in FolderList.all { try await walk(list, last: 2_000, limit: 100) }
    }

    /// Walks a list to its end, a page at a time, while mail comes and goes.
    ///
    /// - Parameter last: how many rows of its end are walked; nil: all.
    private func walk(_ list: FolderList, last: Int? = nil, limit: Int) async throws {
        let name = list.testDescription
        var (start, skipped) = (ListCursor?.none, 0)
        if let last {
            let columns = list.columns
            skipped = Int(try #require(try await numbers("COUNT(*)", of: columns.table, where: columns.condition).first)) - last
            start = try await place(list, behind: skipped)
        }
        let all = try await rows(list, list.columns.id, from: skipped) { $0.integer(0) }
        let stride = max(3, all.count / limit / 20)
        let first = try await page(list, start, limit: limit)
        var (current, number, seen, twice) = (first, 1, Set<Int64>(), [Int64]())
        var disturbance = Disturbance()
        while true {
            for id in current.ids where !seen.insert(id).inserted { twice.append(id) }
            guard let next = current.next else { break }
            if number % stride == 0 {
                let ahead = all.filter { !seen.contains($0) && !disturbance.touched.contains($0) }
                try await disturb(list, shown: current.ids, ahead: ahead, number, &disturbance)
            }
            number += 1
            current = try await page(list, next, limit: limit)
            // A thread of one message costs less than one of two.
            #expect(
                current.steps * 10 <= first.steps * 11, "\(name), page \(number): \(first.steps) steps, then \(current.steps)")
        }
        #expect(number >= all.count / limit)
        #expect(!disturbance.touched.isEmpty && !disturbance.arrived.isEmpty)
        #expect(Set(twice).subtracting(disturbance.touched).isEmpty, "\(name): rows are shown twice")
        let wanted = Set(all).union(disturbance.arrived).subtracting(disturbance.touched)
        #expect(wanted.subtracting(seen).isEmpty, "\(name): rows are passed over")
    }

    /// Mail comes at either end of the list, beside a row that was shown and beside one that was not; one message goes that was
    /// shown, and one that was not yet: deleted, or read where only unread mail is listed.
    private func disturb(
        _ list: FolderList, shown: [Int64], ahead: [Int64], _ round: Int, _ disturbance: inout Disturbance
    ) async throws {
        guard ahead.count > 1, let last = ahead.last, let behind = shown.last else { return }
        var near = try await keys(list, behind)
        var far = try await keys(list, last)
        // What comes beside a row of another key lies behind that key; beside one of the same key it may lie before the walk.
        let isAhead = list.isApart(near, far)
        // Each of its own thread, as a long one costs more than a short one.
        let name = "\(list.testDescription) \(round)"
        if list.order == nil { (near.subject, far.subject) = ("near \(name)", "far \(name)") }
        let ends = [
            Keys(received: 900_000, size: 500, subject: "a \(name)", sender: "a"),
            Keys(received: 3_000_000, size: 9_000, subject: "z \(name)", sender: "z"),
        ]
        _ = try await account.append((ends + [near]).map(message), to: inbox)
        let arrived = try await account.append(message(far), to: inbox).message.value
        if isAhead {
            let thread = try await numbers("thread", of: "messages", where: "message = \(arrived)")
            disturbance.arrived.formUnion(list.order == nil ? thread : [arrived])
        }
        let gone = [behind, ahead[ahead.count / 2]]
        disturbance.touched.formUnion(gone)
        var messages = gone
        if list.order == nil {
            messages = []
            for thread in gone {
                messages += try await numbers("message", of: "messages", where: "thread = \(thread)").prefix(1)
            }
        }
        if list.unreadOnly, round % 2 == 0 {
            try await account.setFlags(FlagChange(.add, .seen), of: messages.map { MessageID($0) })
        } else {
            try await account.delete(messages.map { MessageID($0) })
        }
    }

    private func message(_ keys: Keys) -> NewMessage {
        let sender = "\(keys.sender) <s@a.example>"
        let bare = Sample.octets(subject: keys.subject, from: sender, body: "").readableBytes
        return Sample.message(
            subject: keys.subject, from: sender, body: String(repeating: "x", count: max(0, keys.size - bare)),
            date: keys.received)
    }

    /// Of a message, or of a thread's latest.
    private func keys(_ list: FolderList, _ id: Int64) async throws -> Keys {
        let condition = list.order == nil ? "thread = $2 AND folder = $3" : "message = $2 AND folder = $3"
        let inbox = inbox
        let found = try await account.perform { mailbox in
            try mailbox.database.first(
                """
                SELECT received, size, subject_key, sender_key FROM messages WHERE account = $1 AND \(condition)
                ORDER BY received DESC LIMIT 1
                """, mailbox.me, .integer(id), .integer(inbox.value)
            ) { Keys(received: $0.integer(0), size: Int($0.integer(1)), subject: $0.text(2), sender: $0.text(3)) }
        }
        return try #require(found)
    }

    /// Numbers of a column, of the rows that a condition holds for.
    private func numbers(_ column: String, of table: String, where condition: String) async throws -> [Int64] {
        let inbox = inbox
        return try await account.perform { mailbox in
            try mailbox.database.all(
                "SELECT \(column) FROM \(table) WHERE account = $1 AND folder = $2 AND \(condition)", mailbox.me,
                .integer(inbox.value)
            ) { $0.integer(0) }
        }
    }
}
