import Mail
import NIOCore
import Testing

@testable import Store

@Suite("Search") struct SearchTests {
    let test: TestStore
    let account: Account
    let inbox: FolderID

    init() async throws {
        test = try TestStore()
        account = try await test.account()
        inbox = try await account.folder(.inbox).id
        let messages = [
            Sample.message(subject: "Contrato de São Tomé", from: "Inês Ramalho <ines@a.example>", body: "Segue a adjudicação."),
            Sample.message(
                subject: "Invoice", from: "Bill <bill@b.example>", body: "Please pay the blue invoice.", flags: .seen,
                tags: ["work"]),
            Sample.message(subject: "Lunch", body: "Shall we eat? Not the invoice, please.", flags: [.flagged, .seen]),
            Sample.message(subject: "=?utf-8?B?5Lya6K2w44Gu6LOH5paZ?=", body: "Hi"),
        ]
        _ = try await account.append(messages, to: inbox)
    }

    @Test(arguments: [
        ("invoice", [2, 3]), ("INVOICE pay", [2]), ("\"blue invoice\"", [2]), ("\"invoice blue\"", []), ("invoice -lunch", [2]),
        ("lunch OR contrato", [1, 3]), ("adjudicacao", [1]), ("sao tome", [1]), ("invoi*", [2, 3]), ("inv*", []),
        ("ines@a.example", [1]), ("会議", [4]), ("議会", []), ("資料", [4]), ("-invoice", [1, 4]), ("\"", []), ("OR", []), ("-", []),
        ("!!", []),
        ("a OR", [1, 3, 4]), ("invoice -\"blue invoice\"", [3]), ("bill invoice OR lunch", [2]), ("NEAR(pay", []),
        ("in\"voice", []),
        ("body:pay", []), ("pay)", [2]),
    ])
    func finds(text: String, uids: [UInt32]) async throws {
        let found = try await account.find(text).map(\.uid.value).sorted()
        #expect(found == uids)
    }

    /// A quote with an accent upon it is no Character of its own, and one for FTS5.
    @Test(arguments: [
        ("a\"\u{301} b", "\"a \u{301} b\""), ("\u{366}a", "\"\u{366}a\""), ("a\"\"\u{301}", "\"a  \u{301}\""),
        ("a\0\u{301}", "\"a\u{301}\""),
    ])
    func aTermStaysOnePhrase(term: String, phrase: String) async throws {
        let made = try #require(SearchWords.phrase(term, isPrefix: false))
        #expect(made.unicodeScalars.elementsEqual(phrase.unicodeScalars))
        _ = try await account.find("\(term)\"\u{301} OR ( NEAR")
    }

    @Test func findsInOneFolderAndNotInTheTrash() async throws {
        let all = try await account.find("invoice")
        try await account.moveToTrash([try #require(all.first).id])
        #expect(try await account.find("invoice").count == 1)
        #expect(try await account.find("invoice", in: .folder(account.folder(.trash).id)).count == 1)
        #expect(try await account.find("invoice", order: .relevance).count == 1)
    }

    @Test func newMailIsFoundAtOnce() async throws {
        #expect(try await account.find("zebra").isEmpty)
        _ = try await account.append(Sample.message(body: "A zebra."), to: inbox)
        #expect(try await account.find("zebra").count == 1)
        _ = try await account.file([Sample.filing("d", Sample.message(body: "Another zebra."))])
        #expect(try await account.find("zebra").count == 2)
    }

    private static let queries: [(MessageQuery, [UInt32])] = {
        var queries: [(MessageQuery, [UInt32])] = []
        let work = Tag("work").map { MessageQuery.tag($0) } ?? .or([])
        func add(_ query: MessageQuery, _ uids: [UInt32]) { queries.append((query, uids)) }
        add(.all, [1, 2, 3, 4])
        add(.flags(.seen), [2, 3])
        add(.flags([.seen, .flagged]), [3])
        add(.not(.flags(.seen)), [1, 4])
        add(work, [2])
        add(.or([work, .uids([UID(4)])]), [2, 4])
        add(.and([]), [1, 2, 3, 4])
        add(.or([]), [])
        add(.larger(1), [1, 2, 3, 4])
        add(.smaller(1), [])
        add(.contains(.subject, "LUN"), [3])
        add(.contains(.subject, "são t"), [1])
        add(.contains(.subject, "sao"), [])
        add(.contains(.from, "ramalho"), [1])
        add(.contains(.from, "b.example"), [2])
        add(.contains(.subject, "%"), [])
        add(.contains(.cc, "a"), [])
        add(.contains(.to, "rui@"), [1, 2, 3, 4])
        add(.contains(.from, "INÊS"), [1])
        add(.contains(.from, "ine\u{302}s"), [1])
        add(.contains(.subject, "会議"), [4])
        add(.contains(.subject, ""), [1, 2, 3, 4])
        add(.not(.contains(.subject, "lun")), [1, 2, 4])
        add(.or([.contains(.subject, "lun"), .contains(.subject, "invoice")]), [2, 3])
        add(.and([.contains(.subject, "invoice"), .uids([UID(3)])]), [])
        add(.header(name: "Subject", contains: "inv"), [2])
        add(.header(name: "Message-ID", contains: "<nobody@"), [])
        add(.header(name: "Date", contains: "24 nov"), [1, 2, 3, 4])
        add(.header(name: "X-None", contains: ""), [])
        add(.body("invoice"), [2, 3])
        add(.body("lunch"), [])
        add(.text("lunch"), [3])
        add(.body("blue inv"), [2])
        add(.body(""), [1, 2, 3, 4])
        add(.and([.body("invoice"), .not(.flags(.flagged))]), [2])
        add(.received(.on, day: 20_833), [1, 2, 3, 4])
        add(.received(.before, day: 20_833), [])
        add(.sent(.since, day: 20_781), [1, 2, 3, 4])
        add(.sent(.on, day: 20_781), [1, 2, 3, 4])
        add(.younger(seconds: 10), [1, 2, 3, 4])
        add(.older(seconds: 10), [])
        return queries
    }()

    @Test(arguments: queries)
    func answersIMAP(query: MessageQuery, uids: [UInt32]) async throws {
        #expect(try await account.search(query, in: inbox).map(\.value) == uids)
    }

    @Test func manyRangesAreOneQuestion() async throws {
        let odd = UIDSet((0..<500).map { (number: UInt32) in UID(2 * number + 1) })
        #expect(try await account.search(.uids(odd), in: inbox) == [UID(1), UID(3)])
    }
}
