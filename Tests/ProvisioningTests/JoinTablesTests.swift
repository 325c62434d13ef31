import Directory
import Mail
import MailConfiguration
import SQL
import Testing

@testable import Provisioning

@Suite("What a join notes, in bounded memory") struct JoinTablesTests {
    private func tables(cache: Int = JoinTables.cache) throws -> Connection { try JoinTables.open(cache: cache) }

    // MARK: A directory that does not fit

    /// People, some of them under each other's names; groups of groups, some in circles; a shared mailbox for all of them.
    private func directory(_ people: Int) -> [SnapshotDatabase.Kept] {
        let users = (0..<people).map { number in
            Examples.kept(.user, "u\(number)") {
                $0.addresses = ["user\(number)@acme.example", "shared\(number / 2)@acme.example"]
                $0.logins = ["login\(number / 3)", "own\(number)"]
                $0.memberOf = ["cn=g\(number % 7),dc=acme", "cn=g\(number % 5),dc=acme"]
            }
        }
        let groups = (0..<(people / 10)).map { number in
            Examples.kept(.group, "g\(number)") {
                $0.addresses = number % 3 == 0 ? [] : ["group\(number)@acme.example"]
                $0.members = (0..<20).map { .entry("cn=u\((number * 7 + $0 * 31) % people),dc=acme") }
                $0.members += [.login("own\(number)"), .entry("cn=g\(number * 13 % (people / 10)),dc=acme"), .login("nobody")]
                $0.memberOf = ["cn=g\((number + 1) % (people / 10)),dc=acme"]
            }
        }
        let all = Examples.kept(.shared, "s") {
            $0.addresses = ["info@acme.example"]
            $0.members = (0..<(people / 10)).map { .entry("cn=g\($0),dc=acme") }
        }
        return users + groups + [all]
    }

    @Test func aTinyCacheFindsTheSame() throws {
        let tree = try host(accounts: 1_000)
        let (files, file) = (tree.tenants[0], SnapshotFile())
        let database = try SnapshotDatabase(path: file.path)
        try database.put(directory(900), of: files.id)
        let objects = try SnapshotObjects(database, of: files, now: 0)
        let results = try [JoinTables.cache, 16 << 10].map { cache in
            let draft = try GenerationDraft(host: tree.host)
            let joined = try draft.fill {
                let part = TenantDraft(files, in: draft, overrides: AccountOverrides(), domains: DomainStandings())
                return try DirectoryJoin(files, objects, into: part, cache: cache).result()
            }
            return (content: try draft.content().tenants[0], findings: joined.findings.map(\.finding), counts: joined.counts)
        }
        #expect(results[0].content == results[1].content)
        #expect(results[0].findings == results[1].findings)
        #expect(results[0].counts == results[1].counts)
        #expect(results[0].findings.contains { $0.code == .duplicateLogin })
        #expect(results[0].content.accounts.count > 900)
    }

    @Test func whoeverWritesToTheSnapshotNeedNotWaitForAJoin() throws {
        let tree = try host()
        let (files, file) = (tree.tenants[0], SnapshotFile())
        let (reading, writing) = try (SnapshotDatabase(path: file.path), SnapshotDatabase(path: file.path))
        let acme = files.id
        var object = DirectoryObject(name: "cn=1", key: "cn=1")
        object.addresses = ["a@acme.example"]
        func commit(_ id: String, at now: Int64) throws {
            let put = SnapshotDatabase.Change.put(EntryMapping.Mapped(stableID: id, object: object), .user, uuid: id)
            _ = try writing.apply([put], acme, "corp", at: now)
        }
        try commit("1", at: 1)
        let objects = try reading.reading { try SnapshotObjects(reading, of: files, now: 2) }
        try reading.reading {
            try objects.forEach(.all) { _, _ in try commit("2", at: 2) }
            var ids: [String] = []
            try objects.forEach(.all) { ids.append($1.stableID) }
            // As it was when the join began.
            #expect(ids == ["1"])
        }
        #expect(try reading.objects(of: acme).count == 2)
    }

    // MARK: Names

    @Test func keysThatBeginAlikeAreTwo() throws {
        let index = try JoinIndex(tables())
        let keys = [(Int.max, 1), (Int.max, 2), (Int.min, 3), (Int.max, 4)].map { TextKey(first: $0, second: $1) }
        for (place, key) in keys.enumerated() {
            #expect(try index.find(key) == nil)
            #expect(try index.claim(key, Int64(place)) == nil)
            #expect(try index.claim(key, 99) == Int64(place))
        }
        #expect(try keys.map(index.find) == [0, 1, 2, 3])
        for (place, key) in keys.enumerated() { try index.put(key, Int64(10 + place)) }
        #expect(try keys.map(index.find) == [10, 11, 12, 13])
        #expect(try index.find(TextKey(first: Int.max, second: 5)) == nil)
    }

    @Test func aNameToLogInByIsOfOneDirectory() throws {
        let index = try JoinIndex(tables())
        let (ana, eve) = (index.append(.user), index.append(.user))
        #expect(try index.claim(login: "ana", for: ana, in: "corp"))
        #expect(try index.claim(login: "ana", for: ana, in: "corp"))
        #expect(try !index.claim(login: "ana", for: eve, in: "other"))
        #expect(try index.claim(login: "eve", for: eve, in: "other"))
        #expect(try index.find(.login("ana"), in: "corp") == ana)
        #expect(try index.find(.login("ana"), in: "other") == nil)
        #expect(try index.find(.login("eve"), in: "other") == eve)
    }

    @Test func somebodyIsOneNumber() {
        let all = [DirectoryNames.Kind.user, .shared, .group, .alias].flatMap { kind in
            [0, 1, 255, 256, 1 << 29].map { Someone($0, kind) }
        }
        #expect([Someone](packed: all.packed) == all)
        #expect([Someone](packed: []).isEmpty)
    }

    @Test func setsOfNumbers() {
        var set = NumberSet()
        for number: Int32 in [0, 63, 64, 1_000_000] {
            #expect(!set.contains(number))
            let isNew = (set.insert(number), set.insert(number))
            #expect(isNew == (true, false))
            #expect(set.contains(number))
        }
        set.remove(64)
        set.remove(2_000_000)
        #expect(!set.contains(64) && set.contains(63))
        set.removeAll()
        #expect([0, 63, 64, 1_000_000].allSatisfy { !set.contains($0) })
        let isNew = set.insert(63)
        #expect(isNew)
    }

    // MARK: Groups

    @Test func statedMembersComeOnceAndLast() throws {
        let tables = try tables()
        let (index, graph) = (JoinIndex(tables), GroupGraph(tables))
        let group = index.append(.group)
        let people = (0..<3).map { _ in index.append(.user) }
        try graph.add(group.number, listed: [people[2], people[0]], unknown: UnknownMembers(first: "x", count: 2))
        for member in [people[0], people[1], people[1]] { try graph.state(member, isIn: group.number) }
        let (members, count) = try graph.members(of: group.number, index, most: 2)
        #expect(members == [3, 1] && count == 3)
        #expect(try graph.users([people[1], group]) == [2, 3, 1])
        #expect(try graph.unknown(of: group.number).count == 2)
    }

    @Test func aCircleIsNamedFromItsBeginning() throws {
        let tables = try tables()
        let (index, graph) = (JoinIndex(tables), GroupGraph(tables))
        let groups = (0..<9).map { _ in index.append(.group) }
        for number in 0..<8 { try graph.add(groups[number].number, listed: [groups[number + 1]], unknown: UnknownMembers()) }
        try graph.add(8, listed: [groups[2], groups[8]], unknown: UnknownMembers())
        // Says what is listed already: that is no other way in.
        try graph.state(groups[2], isIn: 8)
        var found: [[Int32]] = []
        try graph.breakLoops { beginning, length, group in found.append(beginning + [Int32(length), group]) }
        #expect(found == [[2, 3, 4, 5, 6, 7, 8, 8], [8, 8, 2, 8]])
        #expect(try graph.members(of: 0, index, most: 10).count == 0)
    }
}
