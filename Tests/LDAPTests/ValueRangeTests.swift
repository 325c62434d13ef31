import Testing

@testable import LDAP

@Suite("Values that come in ranges, MS-ADTS") struct ValueRangeTests {
    /// Fails where something is asked for that is not there.
    private struct Server {
        /// Parts after the first, by what asks for them.
        var parts: [String: [String: Int]] = [:]

        /// An entry with so many values of each description, numbered through.
        static func entry(_ counts: [String: Int]) -> Entry {
            var attributes: [String: [[UInt8]]] = [:]
            for (description, count) in counts {
                let first = description.split(separator: "=").last?.split(separator: "-").first.flatMap { Int($0) } ?? 0
                attributes[description] = (0..<count).map { Array("cn=\(first + $0)".utf8) }
            }
            return Entry(name: DistinguishedName(rawValue: "cn=crew"), attributes: attributes)
        }

        func whole(_ first: [String: Int], most: Int = 10_000) throws(LDAPError) -> Entry {
            try Self.entry(first).whole(ranged: ["member", "memberOf"], most: most) { parts[$0].map(Self.entry) }
        }
    }

    @Test func partsArePutTogether() throws {
        let server = Server(parts: [
            "member;range=1500-*": ["member": 0, "member;range=1500-2999": 1500],
            "member;range=3000-*": ["member;range=3000-*": 7],
            "memberof;range=2-*": ["memberof;range=2-*": 1],
        ])
        let entry = try server.whole(["mail": 1, "member": 0, "member;range=0-1499": 1500, "memberof;range=0-1": 2])
        #expect(entry.texts("member") == (0..<3007).map { "cn=\($0)" })
        #expect(entry.texts("memberOf").count == 3 && entry.texts("mail").count == 1)
        #expect(!entry.hasRanges)
    }

    @Test func whatIsWholeStays() throws {
        let entry = Server.entry(["member": 3, "member;lang-pt": 1])
        #expect(!entry.hasRanges)
        #expect(try Server().whole(["member": 3, "member;lang-pt": 1]) == entry)
        #expect(try Server().whole(["member;range=0-*": 2]).values("member").count == 2)
    }

    @Test func noMoreIsReadThanIsWanted() throws {
        let server = Server(parts: ["member;range=5-*": ["member;range=5-9": 5]])
        #expect(try server.whole(["member;range=0-4": 5], most: 10).values("member").count == 10)
    }

    @Test(
        arguments: [
            // The entry has gone, has no such values any more, or tells none.
            [:], ["member;range=5-*": [:]], ["member;range=5-*": ["member;range=5-9": 0]],
            ["member;range=5-*": ["member;range=5-9": 5]],
        ] as [[String: [String: Int]]])
    func aPartIsNotTakenForAll(parts: [String: [String: Int]]) {
        #expect(throws: LDAPError.self) { try Server(parts: parts).whole(["member;range=0-4": 5]) }
    }
}
