import Mail
import MailConfiguration
import TestSupport
import Testing

@testable import Provisioning

@Suite("Reading and listening, with slapd") struct ServerTests {
    private let file = SnapshotFile()
    private let acme: TenantID
    private let domains: Set<DomainName>
    private static let people = (0..<25).map { LocalDirectory.person("p\($0)", "employeeNumber: \($0)\n") }.joined()

    init() throws {
        acme = try TenantID("acme")
        domains = try [DomainName("acme.example")]
    }

    private func source(_ server: LocalDirectory, more: String = "") throws -> DirectorySource {
        let configuration = try tenant(
            """
            schema: 1
            directories:
              - id: corp
                preset: openldap
                urls: ["\(server.url)"]
                bind: { mechanism: anonymous }
                base: \(LocalDirectory.base)
                users: { attributes: { id: employeeNumber } }
                sync: { page_size: 10 }
            \(more)
            """
        ).directories[0]
        return DirectorySource(tenant: acme, configuration, domains: domains, folder: "/tmp")
    }

    private func live(_ source: DirectorySource) -> LiveSync { LiveSync(source, path: file.path, now: { 1_000 }) }

    /// Listens until it is stopped, at its first question unless said.
    private func listen(_ source: DirectorySource, isStopped: () -> Bool = { true }) throws -> LiveSync.Ending {
        try live(source).run(isStopped: isStopped, alone: { try $0() }, report: { _ in })
    }

    private func state() throws -> DirectoryState { try SnapshotDatabase(path: file.path).state(acme, "corp") }

    private func steps(_ source: DirectorySource) -> [String: DirectoryProbe.Step] {
        Dictionary(DirectoryProbe(source).run().map { ($0.name, $0) }) { first, _ in first }
    }

    @Test func pageAfterPageIsRead() throws {
        let server = try LocalDirectory(Self.people)
        let source = try source(server)
        #expect(try DirectorySync(source, path: file.path).run(now: 1).entries == 25)
        #expect(try state().users == 25)
        #expect(steps(source)["search users"]?.details.first?.hasPrefix("25 below") == true)
        #expect(steps(source)["listen"]?.details == ["the server tells this reader what changes"])
    }

    @Test func placesThatAreNotThereAreNoFailure() throws {
        let server = try LocalDirectory(Self.people)
        let more = ["groups", "aliases", "shared_mailboxes"].map {
            "    \($0): { base: \"ou=\($0),\(LocalDirectory.base)\", filter: (objectClass=groupOfNames) }"
        }
        let source = try source(server, more: more.joined(separator: "\n"))
        #expect(try listen(source) == .due)
        #expect(try state().users == 25 && state().liveRefusal == nil)
        // What is not listened to is to be read again, and the next time nothing can be gone on with.
        #expect(try !live(source).canResume(at: 1_001))
        let steps = steps(source)
        #expect(steps.values.filter { !$0.worked }.isEmpty)
        #expect(steps["listen"]?.details.filter { $0.contains("is not there") }.count == 3)
    }

    @Test func peopleHaveToBeThere() throws {
        let server = try LocalDirectory("")
        let source = try source(server, more: "    groups: { base: \"\(LocalDirectory.base)\" }")
        var other = source.configuration
        other.users?.base = "ou=people,\(LocalDirectory.base)"
        let missing = DirectorySource(tenant: acme, other, domains: domains, folder: "/tmp")
        #expect(throws: (any Error).self) { try listen(missing) }
        #expect(throws: (any Error).self) { try DirectorySync(missing, path: file.path).run(now: 1) }
    }

    @Test func aServerThatTellsNoChangesIsRead() throws {
        let server = try LocalDirectory(Self.people, tellsChanges: false)
        let source = try source(server)
        #expect(try live(source).isOffered())
        guard case .notOffered(let reason) = try listen(source) else {
            Issue.record("it listens")
            return
        }
        #expect(reason.contains("Critical extension"))
        #expect(try state().failingSince == nil)
        let step = try #require(steps(source)["listen"])
        #expect(step.worked && step.details.first?.contains("not live") == true)
    }

    @Test func aLimitOfTheServerIsNamed() throws {
        let server = try LocalDirectory(Self.people, limits: "sizelimit 15")
        let source = try source(server)
        #expect(throws: (any Error).self) { try DirectorySync(source, path: file.path).run(now: 1) }
        #expect(try state().failingSince == 1)
        let step = try #require(steps(source)["search users"])
        #expect(!step.worked)
        #expect(step.details.last?.contains("limits anonymous size=unlimited") == true)
    }

    @Test func aLimitOfListeningLeavesReading() throws {
        let server = try LocalDirectory(
            Self.people, limits: "limits anonymous size.soft=15 size.hard=15 size.pr=10 size.prtotal=unlimited")
        let source = try source(server)
        #expect(try DirectorySync(source, path: file.path).run(now: 1).entries == 25)
        guard case .notOffered = try listen(source) else {
            Issue.record("it listens")
            return
        }
        #expect(try state().users == 25)
        let steps = steps(source)
        #expect(steps.values.filter { !$0.worked }.isEmpty)
        #expect(steps["listen"]?.details.last?.contains("size=unlimited") == true)
    }

    @Test func whatChangesMeanwhileIsAFindingToo() throws {
        let server = try LocalDirectory(LocalDirectory.person("ana", "employeeNumber: 1\n"))
        let database = try SnapshotDatabase(path: file.path)
        func found() -> [DirectoryFinding.Code]? { try? database.findings(of: acme).map(\.finding.code) }
        var steps: [(change: String, found: [DirectoryFinding.Code], users: Int)] = [
            (LocalDirectory.person("rui"), [.noID], 1),
            ("dn: uid=rui,\(LocalDirectory.base)\nchangetype: modify\nadd: employeeNumber\nemployeeNumber: 2\n", [], 2),
            ("dn: uid=ana,\(LocalDirectory.base)\nchangetype: modify\ndelete: employeeNumber\n", [.noID], 1),
            ("dn: uid=ana,\(LocalDirectory.base)\nchangetype: delete\n", [], 1),
        ]
        var asked = 0
        var awaited: (found: [DirectoryFinding.Code], users: Int) = ([], 1)
        let ending = try listen(source(server)) {
            asked += 1
            guard asked < 60 else { return true }
            guard found() == awaited.found, (try? state().users) == awaited.users else { return false }
            guard !steps.isEmpty else { return true }
            let step = steps.removeFirst()
            awaited = (step.found, step.users)
            do { try server.modify(step.change) } catch { Issue.record(error) }
            return false
        }
        #expect(ending == .due)
        #expect(steps.isEmpty && found() == [] && asked < 60)
        #expect(try state().findings == 0)
    }

    @Test func aServerThatGoesIsLost() throws {
        let server = try LocalDirectory(Self.people)
        #expect(throws: LiveSync.Lost.self) {
            try listen(source(server)) {
                server.stop()
                return false
            }
        }
        #expect(try !state().isLive)
    }
}
