import DNS
import Domains
import Mail
import MailConfiguration
import SQL
import Testing

@Suite("What is remembered of domains") struct DomainTableTests {
    private let table: DomainTable
    private let name: DomainName
    private let acme: TenantID
    private let casa: TenantID

    init() throws {
        let connection = try Connection(path: ":memory:")
        for script in [DomainSchema.script, DomainSchema.second, DomainSchema.third] {
            try connection.execute(Dialect.render(script))
        }
        table = DomainTable(connection)
        name = try DomainName("acme.example")
        acme = try TenantID("acme")
        casa = try TenantID("casa")
    }

    private func follow(_ tenant: TenantID?, at now: Int64) throws {
        try table.follow(tenant.map { [(name: name, tenant: $0)] } ?? [], at: now) { _ in now + 100 }
    }

    @Test func aDomainThatComesBackIsProvenAsBefore() throws {
        try follow(acme, at: 1)
        try table.prove(name, acme, at: 2)
        try follow(nil, at: 3)
        #expect(try table.row(name, acme)?.retired == 3)
        #expect(try table.row(name, acme)?.purgeAfter == 103)
        try follow(acme, at: 4)
        #expect(try table.row(name, acme)?.retired == nil)
        #expect(try table.row(name, acme)?.proven == 2)
    }

    @Test func anotherTenantBeginsAnew() throws {
        try follow(acme, at: 1)
        try table.prove(name, acme, at: 2)
        try follow(casa, at: 3)
        #expect(try table.row(name, casa)?.proven == nil)
        try table.prove(name, casa, at: 4)
        #expect(try table.row(name, acme)?.proven == nil)
        try follow(acme, at: 5)
        #expect(try table.row(name, acme)?.proven == nil)
    }

    @Test func twoTenantsCannotHoldOneName() throws {
        try table.follow([(name: name, tenant: acme), (name: name, tenant: casa)], at: 1) { _ in 0 }
        #expect(try table.prove(name, acme, at: 2))
        #expect(try !table.prove(name, casa, at: 3))
        #expect(try table.rows().filter { $0.proven != nil }.map(\.tenant) == [acme])
        // Once the first one's files do not name it any more, it is free for whoever proves it.
        try follow(casa, at: 4)
        #expect(try table.prove(name, casa, at: 5))
        #expect(try table.rows().filter { $0.proven != nil }.map(\.tenant) == [casa])
    }

    @Test func aProofLapsesWhenNothingElseIsThereForLong() throws {
        try follow(acme, at: 1)
        #expect(try !table.note(isLost: true, of: name, acme, at: 2))
        #expect(try table.row(name, acme)?.lost == nil, "nothing was proven")
        try table.prove(name, acme, at: 3)
        #expect(try !table.note(isLost: true, of: name, acme, at: 10))
        // Seen once in between: it begins anew.
        #expect(try !table.note(isLost: false, of: name, acme, at: 20))
        #expect(try !table.note(isLost: true, of: name, acme, at: 30))
        #expect(try !table.note(isLost: true, of: name, acme, at: 30 + ProofLapse.time - 1))
        #expect(try table.row(name, acme)?.lost == 30)
        #expect(try table.note(isLost: true, of: name, acme, at: 30 + ProofLapse.time))
        #expect(try table.row(name, acme)?.proven == nil)
        #expect(try table.row(name, acme)?.lost == nil)
        #expect(try table.prove(name, acme, at: 31 + ProofLapse.time))
    }

    @Test(arguments: [
        (["ownership-missing", "mx-elsewhere"], true), (["ownership-other", "mx-missing"], true), (["zone-missing"], true),
        (["ownership-missing", "mx"], false), (["ownership-missing", "mx-foreign"], false),
        (["ownership", "mx-elsewhere"], false),
        (["ownership-unreachable", "mx-elsewhere"], false), (["ownership-missing", "mx-unreadable"], false),
        (["zone-silent"], false), (["ownership-missing", "mx-elsewhere", "mx-host-unreadable"], false),
    ]) func whatIsLost(codes: [String], isLost: Bool) {
        let place = DNSName(name)
        #expect(ProofLapse.isLost(codes.map { Finding(.mx, .error, $0, at: place, now: "") }) == isLost)
    }

    @Test func theFirstLookChangesNothingAndLaterOnesAreHistory() throws {
        try follow(acme, at: 1)
        let place = DNSName(name)
        let bad = Finding(.mx, .error, "mx-missing", at: place, now: "nothing")
        let good = Finding(.mx, .fine, "mx", at: place, now: "10 mail.host.example")
        let note = Finding(.dane, .note, "tlsa-missing", at: place, now: "nothing")
        #expect(try table.note([bad], of: name, acme, at: 2) == [])
        #expect(try table.note([note, good], of: name, acme, at: 3).map(\.direction) == [.better])
        #expect(try table.note([note, bad], of: name, acme, at: 4).map(\.direction) == [.worse])
        #expect(try table.events(of: name, acme, limit: 10).map(\.at) == [4, 3])
        #expect(try table.events(of: name, acme, limit: 10).map(\.change.finding.code) == ["mx-missing", "mx-missing"])
    }

    @Test func whatALookCouldNotJudgeIsNoChange() throws {
        try follow(acme, at: 1)
        let place = DNSName(name)
        let looks: [[Finding]] = [
            [Finding(.zone, .fine, "zone", at: place, now: ""), Finding(.spf, .error, "spf-missing", at: place, now: "")],
            [Finding(.zone, .error, "zone-silent", at: place, now: "")],
            [Finding(.zone, .error, "zone-silent", at: place, now: "")],
        ]
        var changes: [[String]] = []
        for (index, look) in (looks + [looks[0]]).enumerated() {
            changes.append(try table.note(look, of: name, acme, at: Int64(index)).map { "\($0.direction) \($0.finding.code)" })
        }
        #expect(changes == [[], ["worse zone-silent"], [], ["better zone-silent"]])
        let row = try #require(try table.row(name, acme))
        #expect(row.findings == looks[0])
        #expect(row.remembered.isEmpty)
    }

    @Test func keysAndRecordsGoWithTheDomain() throws {
        try follow(acme, at: 1)
        let key = DomainKey(selector: "a", algorithm: .rsa, state: .pending, publicKey: [1, 2], made: 1, changed: 1)
        try table.keep(key, of: name, acme)
        #expect(try table.keys(of: name, acme) == [key])
        try table.forget(name, acme)
        #expect(try table.keys(of: name, acme) == [])
        #expect(try table.rows().isEmpty)
    }
}
