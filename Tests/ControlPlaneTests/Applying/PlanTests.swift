import Directory
import Mail
import Testing

@testable import ControlPlane

@Suite("Plans speak of mail") struct PlanTests {
    private let host: ExampleHost
    private let control: HostControl

    init() throws {
        host = try ExampleHost()
        // 2026-12-10 12:00 UTC
        control = HostControl(host.folders) { 1_796_904_000 }
    }

    private func plan() async throws -> String {
        try await control.plan(configuration: host.folders.configuration).text
    }

    private func apply() async throws {
        _ = try await control.apply(configuration: host.folders.configuration, plan: nil)
    }

    /// A plan's id is a digest; the texts here have `ID` in its place.
    private func withoutID(_ text: String) -> String { text.replacing(/Plan [0-9a-f]{8}/, with: "Plan ID") }

    @Test func theFirst() async throws {
        #expect(
            try await withoutID(plan()) == """
                + host    mail.test.example
                + tenant  acme                      Acme
                + domain  acme.example              takes mail now
                + user    ana@acme.example
                + user    old@acme.example          no login before 'user password'
                + user    rui@acme.example          no login before 'user password'
                + shared  info@acme.example         +ana (reads)
                + alias   abuse@acme.example        to ana@acme.example
                + alias   postmaster@acme.example   to ana@acme.example
                Mail effect: 7 addresses start receiving. 9 to add, 0 to change, 0 to retire. Plan ID on generation 0.
                """)
    }

    @Test func nothingToDo() async throws {
        try await apply()
        #expect(try await plan() == "Nothing to do. Generation 1 is in force.")
    }

    @Test func addChangeRetire() async throws {
        try await apply()
        try host.write(
            "tenants/acme/domains/acme-old.example.yaml",
            "schema: 1\nname: acme-old.example\nalias_of: acme.example\n")
        try host.accounts { text in
            text.replacing("  - id: old\n    address: old@acme.example\n    name: Old One\n", with: "")
                .replacing("rights: [read] }", with: "rights: [read] }\n      - { user: rui, rights: [read, send] }")
        }
        #expect(
            try await withoutID(plan()) == """
                + domain  acme-old.example (alias of acme.example)   takes mail now
                - user    old@acme.example                           login off now; mail to it answers 550 now; its mail deleted on 2027-01-09, size unknown: no word from the mail worker
                ~ shared  info@acme.example                          +rui (reads, sends as info@)
                Mail effect: 6 addresses start receiving, 1 address stops receiving. 1 to add, 1 to change, 1 to retire. Plan ID on generation 1.
                """)
    }

    @Test(arguments: [
        ("name: Rui Lima", "name: Rui Lima\n    suspended: true", "suspended: login off, mail to it answers 450"),
        ("aliases: [r.lima@acme.example]", "aliases: [rl@acme.example]", "alias +rl@acme.example; alias -r.lima@acme.example"),
        ("address: rui@acme.example", "address: rui.lima@acme.example", "was rui@acme.example"),
        ("name: Rui Lima", "name: Rui de Lima", "named Rui de Lima"),
        ("name: Rui Lima", "name: Rui Lima\n    quota: 5 MB", "quota 5 MB (was 10 GB)"),
        ("name: Rui Lima", "name: Rui Lima\n    language: pt", "language pt"),
        (
            "name: Rui Lima",
            "name: Rui Lima\n    password_hash: $6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1",
            "other password: its sessions end"
        ),
    ])
    func oneUser(from: String, to: String, note: String) async throws {
        try await apply()
        try host.accounts { $0.replacing(from, with: to) }
        let plan = try await control.plan(configuration: host.folders.configuration)
        #expect(plan.lines.map(\.notes) == [note.split(separator: "; ").map(String.init)])
        #expect(plan.lines.first?.change == .change)
    }

    @Test func onlySoMuchIsSaidOfOne() async throws {
        let many = PlanLines.mostNotes + 10
        let users = (0..<many).map { "  - { id: u\($0 + 100), address: u\($0 + 100)@acme.example, name: U }\n" }.joined()
        let members = (0..<many).map { "      - { user: u\($0 + 100), rights: [read] }\n" }.joined()
        try host.write("tenants/acme/tenant.yaml", ExampleHost.tenant)
        try host.accounts { text in
            text.replacing("users:\n", with: "users:\n" + users)
                .replacing("rights: [read] }\n", with: "rights: [read] }\n" + members)
        }
        let plan = try await control.plan(configuration: host.folders.configuration)
        let notes = try #require(plan.lines.first { $0.kind == .shared }).notes
        #expect(notes.count == PlanLines.mostMembers + 1)
        #expect(notes.first == "+ana (reads)" && notes.last == "and 21 more members")
        let aliases = (0..<many).map { "b\($0)@acme.example" }.joined(separator: ", ")
        try await apply()
        try host.accounts { $0.replacing("aliases: [r.lima@acme.example]", with: "aliases: [\(aliases)]") }
        let next = try await control.plan(configuration: host.folders.configuration)
        #expect(next.lines.first { $0.name == "rui@acme.example" }?.notes.last == "and 11 more")
    }

    @Test func aDomainThatMovesToAnotherTenant() async throws {
        try Disk.makeFolder("\(host.path)/etc/tenants/casa", mode: 0o700)
        try Disk.makeFolder("\(host.path)/etc/tenants/casa/domains", mode: 0o700)
        func user(_ name: String, _ domain: String = "moved.example") -> String {
            "  - { id: \(name), address: \(name)@\(domain), name: U }\n"
        }
        let casa = "schema: 1\nusers:\n" + user("joana", "casa.example")
        let tenant = ExampleHost.tenant.replacing("id: acme", with: "id: casa").replacing("[ana]", with: "[joana]")
        try host.write("tenants/casa/tenant.yaml", tenant)
        try host.write("tenants/casa/domains/casa.example.yaml", "schema: 1\nname: casa.example\n")
        try host.write("tenants/casa/accounts.yaml", casa)
        try host.write("tenants/acme/domains/moved.example.yaml", "schema: 1\nname: moved.example\n")
        try host.accounts { $0.replacing("users:\n", with: "users:\n" + user("stops") + user("moves")) }
        try await apply()
        try host.remove("tenants/acme/domains/moved.example.yaml")
        try host.accounts { $0 }
        try host.write("tenants/casa/domains/moved.example.yaml", "schema: 1\nname: moved.example\n")
        try host.write("tenants/casa/accounts.yaml", casa + user("moves") + user("starts"))
        // With postmaster@ and abuse@, which are the admins'.
        #expect(
            try await control.plan(configuration: host.folders.configuration).effect
                == MailEffect(starting: 1, stopping: 1, moving: 3))
    }

    @Test func aCommentIsNoChangeOfMail() async throws {
        try await apply()
        try host.accounts { $0 + "# nothing\n" }
        #expect(
            try await withoutID(plan()) == """
                Only the text of the files changes: tenants/acme/accounts.yaml.
                Mail effect: none. 0 to add, 0 to change, 0 to retire. Plan ID on generation 1.
                """)
    }

    @Test func aPlanThatSomeoneSawOrNothing() async throws {
        try await apply()
        try host.accounts { $0.replacing("Rui Lima", with: "Rui de Lima") }
        let seen = try await control.plan(configuration: host.folders.configuration)
        try host.accounts { $0.replacing("Rui Lima", with: "Somebody Else") }
        await #expect(throws: ControlError.self) {
            try await control.apply(configuration: host.folders.configuration, plan: seen.id)
        }
        #expect(try await control.generations().count == 1)
        try host.accounts { $0.replacing("Rui Lima", with: "Rui de Lima") }
        let outcome = try await control.apply(configuration: host.folders.configuration, plan: seen.id)
        #expect(outcome.generation == 2)
    }
}
