import Directory
import Mail
import MailConfiguration
import SQL
import Testing

@testable import Provisioning

@Suite("Snapshots") struct SnapshotTests {
    let acme: TenantID
    let database: SnapshotDatabase
    let domains: Set<DomainName>
    private let file = SnapshotFile()

    init() throws {
        acme = try TenantID("acme")
        domains = try [DomainName("acme.example"), DomainName("acme-old.example")]
        database = try SnapshotDatabase(path: file.path)
    }

    func mapped(_ id: String, _ address: String, mark: String? = nil) -> EntryMapping.Mapped {
        var object = DirectoryObject(name: "cn=\(id)", key: "cn=\(id)")
        object.addresses = [address]
        object.passwordMark = mark
        return EntryMapping.Mapped(stableID: id, object: object)
    }

    /// One whole reading.
    func read(_ people: [EntryMapping.Mapped], at now: Int64) throws -> (SnapshotDifference, Int) {
        let writing = try SnapshotWriting(database, tenant: acme, directory: "corp", domains: domains)
        for person in people { try writing.add(person, .user, uuid: "u-\(person.stableID)") }
        let difference = try writing.difference()
        return (difference, try writing.commit(difference, at: now))
    }

    @Test func newChangedGoneAndBack() throws {
        #expect(try read([mapped("1", "a@acme.example"), mapped("2", "b@acme.example")], at: 1).0.added == [.user: 2])
        let version = try database.version(of: acme)
        #expect(try read([mapped("1", "a@acme.example"), mapped("2", "b@acme.example")], at: 2).0.isEmpty)
        #expect(try database.version(of: acme) == version)
        let third = try read([mapped("1", "x@acme.example")], at: 3).0
        #expect(third.changed == [.user: 1] && third.removed == [.user: 1])
        #expect(try database.objects(of: acme).map(\.missingSince) == [nil, 3])
        #expect(try database.state(acme, "corp").missing == 1)
        // Still missing since then.
        #expect(try read([mapped("1", "x@acme.example")], at: 4).0.isEmpty)
        #expect(try database.oldestMissing(of: acme) == 3)
        let fifth = try read([mapped("1", "x@acme.example"), mapped("2", "b@acme.example")], at: 5).0
        #expect(fifth.returned == [.user: 1])
        #expect(try database.objects(of: acme).map(\.missingSince) == [nil, nil])
    }

    private typealias Addresses = (before: [String], after: [String], losing: Set<Int>)
    private static let pair = ["a@acme.example", "b@acme.example"]

    /// What two entries had and have, and whose account loses all that it had.
    private static let addresses: [Addresses] = [

        (pair, pair, []),
        (pair, ["x@acme.example", "b@acme-old.example"], []),
        (pair, ["a@elsewhere.example", "not an address"], [1, 2]),
        // Whoever was there first has it; an exchange is nobody's loss.
        (pair, ["same@acme.example", "Same@acme.example"], [2]),
        (pair, ["b@acme.example", "b@acme.example"], [2]),
        (pair, ["b@acme.example", "a@acme.example"], []),
        // Somebody new takes nothing, and whoever had nothing loses nothing.
        (pair, ["a@acme.example", "b@acme.example", "a@acme.example"], []),
        (["a@elsewhere.example", "b@acme.example"], ["c@elsewhere.example", "b@acme.example"], []),
    ]

    @Test(arguments: addresses)
    func whoHasNoAddressAnyMoreIsAsGoodAsGone(before: [String], after: [String], losing: Set<Int>) throws {
        func people(_ addresses: [String]) -> [EntryMapping.Mapped] {
            addresses.enumerated().map { mapped("\($0.offset + 1)", $0.element) }
        }
        _ = try read(people(before), at: 1)
        let joined = try JoinedAccounts(database, of: acme)
        for (place, address) in before.enumerated() where !address.contains("elsewhere") {
            let number = place + 1
            try joined.add(AccountID(UInt128(number)), directory: "corp", stableID: "\(number)", mark: "", logins: [])
        }
        try database.keep(JoinedTenant(acme), joined)
        for time in [Int64(2), 3] {
            #expect(try read(people(after), at: time).0.removed[.user, default: 0] == (time == 2 ? losing.count : 0))
            for object in try database.objects(of: acme) {
                let number = try #require(Int(object.stableID))
                #expect(object.missingSince == (losing.contains(number) ? 2 : nil))
                #expect(object.object.addresses == [losing.contains(number) ? before[number - 1] : after[number - 1]])
            }
            #expect(try database.findings(of: acme).map(\.finding.code) == losing.map { _ in .noAddress })
        }
        // With what they had, they are back.
        #expect(try read(people(before), at: 4).0.returned[.user, default: 0] == losing.count)
    }

    @Test(arguments: [
        ("1", "a@acme.example", false), ("1", "x@acme.example", true), ("2", "x@acme.example", false),
        ("3", "c@acme.example", true),
    ])
    func aChangeMovesAddresses(id: String, address: String, moves: Bool) throws {
        _ = try read([mapped("1", "a@acme.example"), mapped("3", "c@acme.example")], at: 1)
        _ = try read([mapped("1", "a@acme.example")], at: 2)
        let changes = [SnapshotDatabase.Change.put(mapped(id, address), .user, uuid: "u-\(id)")]
        #expect(try database.movesAddresses(changes, acme, "corp") == moves)
    }

    @Test func objectsAreAsEncodableWritesThem() throws {
        func encoded(_ record: some Encodable) throws -> String { try RecordCoding.text(record) }
        var full = DirectoryObject(name: "cn=João/\"x\"\n", key: "cn=joão")
        full.addresses = ["a@acme.example", "not \\ one"]
        full.logins = ["a"]
        full.displayName = "João 😀"
        full.quota = 1 << 40
        full.language = .portuguese
        full.isSuspended = true
        full.passwordMark = "20261126000000Z"
        full.members = [.entry("cn=b"), .login("c"), .address("d@acme.example")]
        full.readers = [.login("e")]
        full.writers = [.login("f")]
        full.managers = [.login("g")]
        full.memberOf = ["cn=h"]
        full.targets = [.address("i@else.example")]
        full.senders = .members
        full.rights = [.read, .manage]
        full.findings = DirectoryFinding.Code.allCases.map { DirectoryFinding($0, "cn=b", "it is /so/") }
        for object in [DirectoryObject(name: "", key: ""), full] {
            let octets = RecordCoding.octets(object)
            #expect(try String(decoding: octets, as: UTF8.self) == encoded(object))
            #expect(try RecordCoding.read(DirectoryObject.self, octets) == object)
            #expect(try DirectoryObject.addresses(in: octets) == object.addresses)
        }
    }

    @Test func newPasswordsAreTold() throws {
        #expect(try read([mapped("1", "a@acme.example", mark: "1"), mapped("2", "b@acme.example")], at: 1).1 == 0)
        let (_, changed) = try read([mapped("1", "a@acme.example", mark: "2"), mapped("2", "b@acme.example", mark: "1")], at: 2)
        #expect(changed == 1)
        let put = SnapshotDatabase.Change.put(mapped("2", "b@acme.example", mark: "2"), .user, uuid: "u-2")
        #expect(try database.apply([put], acme, "corp", at: 3).passwords == 1)
        // Known until sessions have been ended.
        let last = try #require(try database.lastChangedPassword())
        var told: [AccountID] = []
        try database.forEachChangedPassword(upTo: last) { account, _ in told.append(account) }
        #expect(told == ["1", "2"].map { AccountIdentity(tenant: acme, source: "corp", stableID: $0).accountID })
        try database.forgetChangedPasswords(upTo: last)
        #expect(try database.lastChangedPassword() == nil)
    }

    @Test func singleChanges() throws {
        _ = try read([mapped("1", "a@acme.example")], at: 1)
        let put = SnapshotDatabase.Change.put(mapped("2", "b@acme.example"), .user, uuid: "u-2")
        #expect(try database.apply([put], acme, "corp", at: 2).changed)
        #expect(try !database.apply([put], acme, "corp", at: 3).changed)
        let gone = SnapshotDatabase.Change.gone(.user, uuid: "u-1")
        #expect(try database.removals([gone, .gone(.user, uuid: "u-9")], acme, "corp").accounts == 1)
        #expect(try database.apply([gone], acme, "corp", at: 4).changed)
        #expect(try database.objects(of: acme).map(\.missingSince) == [4, nil])
        #expect(try database.forgetMissing(of: acme, before: 5) == 1)
    }

    @Test func onlyWhatDiffersIsWritten() throws {
        let people = (0..<50).map { mapped("\($0)", "p\($0)@acme.example") }
        _ = try read(people, at: 1)
        // Without the server's ids, as whole readings are: those that are known stay.
        let writing = try SnapshotWriting(database, tenant: acme, directory: "corp", domains: domains)
        for person in people.dropFirst() where person.stableID != "7" { try writing.add(person, .user) }
        try writing.add(mapped("7", "seven@acme.example"), .user)
        let difference = try writing.difference()
        #expect(difference.changed == [.user: 1] && difference.removed == [.user: 1] && difference.added.isEmpty)
        func rows(_ table: String) throws -> [String] {
            try database.connection.all("SELECT stable FROM \(table)") { $0.text(0) }
        }
        #expect(try rows("differing") == ["7"] && rows("gone") == ["0"])
        _ = try writing.commit(difference, at: 2)
        #expect(try database.objects(of: acme).filter { $0.missingSince != nil }.map(\.stableID) == ["0"])
        let ids = try database.connection.all("SELECT DISTINCT uuid = 'u-' || stable FROM object") { $0.integer(0) }
        #expect(ids == [1])
    }

    @Test func whatOthersWriteMeanwhileIsComparedToo() throws {
        _ = try read([mapped("1", "a@acme.example")], at: 1)
        let writing = try SnapshotWriting(database, tenant: acme, directory: "corp", domains: domains)
        try writing.add(mapped("1", "a@acme.example"), .user)
        let difference = try writing.difference()
        #expect(difference.isEmpty)
        let other = try SnapshotDatabase(path: file.path)
        let puts = [mapped("1", "x@acme.example"), mapped("2", "b@acme.example")].map {
            SnapshotDatabase.Change.put($0, .user, uuid: "u-\($0.stableID)")
        }
        #expect(try other.apply(puts, acme, "corp", at: 2).changed)
        _ = try writing.commit(difference, at: 3)
        #expect(try database.objects(of: acme).map(\.object.addresses) == [["a@acme.example"], ["b@acme.example"]])
        #expect(try database.objects(of: acme).map(\.missingSince) == [nil, 3])
    }

    /// What a server tells after a cookie (RFC 4533 §3.3.2): by presence, or by deletion.
    @Test(arguments: [true, false]) func listeningGoesOnFromACookie(namesEverything: Bool) throws {
        _ = try read(["1", "2", "3", "4"].map { mapped($0, "\($0)@acme.example") }, at: 1)
        let writing = try SnapshotWriting(database, tenant: acme, directory: "corp", domains: domains)
        try writing.resume()
        // 1 has changed, 2 has gone, 5 is new, of 4 nothing can be made any more; 3 is as it was.
        for id in ["1", "4", "5"] { try writing.tell(.user, uuid: "u-\(id)", isUnchanged: false) }
        for id in ["1", "5"] { try writing.add(mapped(id, "new\(id)@acme.example"), .user, uuid: "u-\(id)") }
        try writing.tell(.user, uuid: namesEverything ? "u-3" : "u-2", isUnchanged: namesEverything)
        try writing.takeOver(.user, namesEverything: namesEverything)
        let difference = try writing.difference()
        #expect(difference.added == [.user: 1] && difference.changed == [.user: 1] && difference.removed == [.user: 2])
        _ = try writing.commit(difference, at: 2)
        let kept = try database.objects(of: acme)
        #expect(kept.filter { $0.missingSince != nil }.map(\.stableID) == ["2", "4"])
        #expect(
            Set(kept.filter { $0.missingSince == nil }.flatMap(\.object.addresses)) == [
                "new1@acme.example", "3@acme.example", "new5@acme.example",
            ])
        let state = try database.state(acme, "corp")
        #expect(state.lastWhole == 1 && state.lastSync == 2)
    }

    @Test func aCookieHoldsForOneSearch() throws {
        let map = try Examples.map("openldap")
        #expect(try database.cookies(acme, "corp", for: map) == nil)
        var cookies = SyncCookies()
        for kind in AttributeMap.order {
            cookies.cookies[kind] = try map.fingerprint(kind).map { SyncCookies.Cookie(search: $0, octets: Array("csn=1".utf8)) }
        }
        let gone = SnapshotDatabase.Change.gone(.user, uuid: "u-1")
        _ = try database.apply([gone], acme, "corp", cookies: cookies, at: 1)
        #expect(try database.cookies(acme, "corp", for: map) == cookies)
        #expect(try database.cookies(acme, "corp", for: try Examples.map("lldap")) == nil)
        // Of what is not listened to any more there is none left.
        cookies.cookies[.group] = nil
        _ = try database.apply([gone], acme, "corp", cookies: cookies, at: 2)
        #expect(try database.cookies(acme, "corp", for: map) == nil)
        try database.forgetCookies(acme, "corp")
        #expect(try database.cookies(acme, "corp", for: map) == nil)
    }

    @Test func groupsThatGoAreKeptAndCounted() throws {
        let writing = try SnapshotWriting(database, tenant: acme, directory: "corp", domains: domains)
        for id in ["1", "2"] { try writing.add(mapped(id, "g\(id)@acme.example"), .group, uuid: "u-\(id)") }
        _ = try writing.commit(writing.difference(), at: 1)
        _ = try database.apply([.gone(.group, uuid: "u-1")], acme, "corp", at: 10)
        _ = try read([], at: 20)
        #expect(try database.objects(of: acme).map(\.missingSince) == [10, 20])
        let state = try database.state(acme, "corp")
        #expect(state.missing == 0 && state.groups == 0)
        #expect(try database.recentlyMissing(state, at: 21) == RecentRemovals(accounts: 0, others: 2))
        #expect(try database.forgetMissing(of: acme, before: 30) == 2)
    }

    @Test func failuresLeaveWhatWasThere() throws {
        _ = try read([mapped("1", "a@acme.example")], at: 1)
        try database.noteFailure(acme, "corp", "nobody answers", at: 2)
        try database.noteFailure(acme, "corp", "nobody answers", at: 3)
        let state = try database.state(acme, "corp")
        #expect(state.failingSince == 2 && state.lastSync == 1 && state.health == .unreachable)
        #expect(try database.objects(of: acme).count == 1)
        _ = try read([mapped("1", "a@acme.example")], at: 4)
        #expect(try database.state(acme, "corp").health == .fine)
    }
}
