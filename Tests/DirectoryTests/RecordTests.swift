import DirectoryTestSupport
import Mail
import MailConfiguration
import Testing

@testable import Directory

@Suite("Records, RFC 8259") struct RecordTests {
    private let example: ExampleTenants

    init() throws { example = try ExampleTenants() }

    /// By `Encodable`, as the type is known to be no more.
    private func encoded(_ record: some Encodable) throws -> String {
        try RecordCoding.text(record)
    }

    private func written(_ record: some PlainRecord) -> String { String(decoding: RecordCoding.octets(record), as: UTF8.self) }

    private static let texts = [
        "", "Ana", "João \"o\" Conceição", "a\\b/c", "\u{0}\u{1}\u{8}\u{9}\u{a}\u{b}\u{c}\u{d}\u{e}\u{f}\u{10}\u{1f}\u{7f}\u{80}",
        "😀\u{10FFFF}", "{\"a\":[1,null]}", String(repeating: "x", count: 1000),
    ]

    @Test(arguments: texts) func accountsAreAsEncodableWritesThem(name: String) throws {
        var accounts = [example.ana, example.rui, example.info, example.old, example.eve]
        for index in accounts.indices {
            accounts[index].displayName = name
            accounts[index].quota = index == 0 ? .gigabytes(5) : nil
            accounts[index].features = index == 1 ? [] : .all
        }
        accounts[1].state = .suspended(by: .tenant)
        accounts[4].address = try Address(localPart: "a \"b\"", domain: domain("globex.example"))
        for account in accounts {
            #expect(try written(account) == encoded(account))
            #expect(try RecordCoding.read(DirectoryAccount.self, RecordCoding.octets(account)) == account)
        }
    }

    @Test(arguments: texts) func routesAreAsEncodableWritesThem(name: String) throws {
        let members = [example.ana.address, example.rui.address]
        let routes: [Route] = [
            .account(example.ana.id), .alias([]), .alias(members), .waiting,
            .group(GroupRoute(id: "corp/1", name: name, members: members, maySend: .members)),
            .group(GroupRoute(id: name, address: example.eve.address, name: name, members: [])),
        ]
        for route in routes {
            #expect(try written(route) == encoded(route))
            #expect(try RecordCoding.read(Route.self, RecordCoding.octets(route)) == route)
        }
    }

    @Test(arguments: [
        (#" { "alias" : { "_0" : [ "ana@acme.example" , "rui@acme.example" ] } } "#, 2),
        (#"{"new":[{"a":"]}\""},null,-1.5e3,true],"alias":{"_0":["\u0061na@acme.example"]}}"#, 1),
        (#"{"account":null,"alias":{"_0":[]},"later":null}"#, 0),
    ])
    func readsWhatOthersWrite(text: String, targets: Int) throws {
        guard case .alias(let found) = try RecordCoding.read(Route.self, Array(text.utf8)) else {
            Issue.record("no alias")
            return
        }
        #expect(found.count == targets)
        #expect(found.first.map { $0 == example.ana.address } ?? true)
    }

    @Test(arguments: [
        "", "{", "{}", "[]", "null", #"{"alias":{"_0":[}}"#, #"{"alias":{"_0":["ana@acme.example"]}"#,
        #"{"alias":{"_0":["no address"]}}"#, #"{"account":{"_0":"12"}}"#, #"{"waiting":{}}x"#, #"{"waiting":"#,
        #"{"waiting":{},"x":"\"#, #"{"alias":{"_0":["\x"]}}"#, #"{"alias":{"_0":["\u12"]}}"#, #"{"later":[[["#,
    ])
    func refuses(text: String) {
        #expect(throws: (any Error).self) { try RecordCoding.read(Route.self, Array(text.utf8)) }
    }

    /// Cut or changed anywhere, a record is another one or an error, and nothing else happens.
    @Test func brokenRecordsAreErrors() throws {
        var account = example.ana
        account.displayName = "\"Ana\" \\ 😀\n"
        let octets = RecordCoding.octets(account)
        for place in octets.indices {
            #expect(throws: (any Error).self) { try RecordCoding.read(DirectoryAccount.self, Array(octets[..<place])) }
            for other in "\"\\{}[],:un0 ".utf8 + [0x00, 0xff] {
                var changed = octets
                changed[place] = other
                _ = try? RecordCoding.read(DirectoryAccount.self, changed)
            }
        }
    }

    @Test(arguments: [
        (#""\ud83d\ude00""#, "😀"), (#""\ud83dx""#, "\u{FFFD}x"), (#""\u00e9\b\f\n\r\t\/\\\"""#, "é\u{8}\u{c}\n\r\t/\\\""),
    ])
    func escapesAreRead(text: String, value: String) throws {
        var reader = RecordReader(Array(text.utf8))
        #expect(try reader.text() == value)
        try reader.end()
    }
}
