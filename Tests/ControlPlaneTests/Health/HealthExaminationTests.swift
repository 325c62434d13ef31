import Foundation
import Mail
import Provisioning
import Systemd
import Testing

@testable import ControlPlane

@Suite("What status finds amiss") struct HealthExaminationTests {
    private static let now: Int64 = 1_800_000_000

    private static func status(_ change: (inout HostStatus) -> Void = { _ in }) -> HostStatus {
        let programs = ["malaposta", "malaposta-mail", "malaposta-web"].map { name in
            ProgramStatus(
                name: name, state: "healthy", version: "0.1.0", processID: 1, generation: 5, problems: [],
                figures: name == "malaposta-mail" ? ["spool.messages": 0] : [:])
        }
        var status = HostStatus(
            control: ControlPlaneStatus(
                generation: 5, made: now - 100, reason: "apply", drift: [], fileErrors: 0, tenants: 1, users: 2,
                sharedMailboxes: 0,
                suspended: 0, retired: 0, directories: []),
            workers: programs,
            listeners: [ListenerStatus(name: "smtp", service: "smtp", address: "127.0.0.1", port: 25, isOpen: true)],
            domains: .init(hosted: 1, aliases: 0, unproven: []),
            certificates: [
                CertificateStatus(file: "/c.pem", names: ["mail.example"], notAfter: now + 90 * 86_400, isSelfSigned: false)
            ],
            queue: HostStatus.QueueStatus(programs[1]),
            disk: DiskStatus(folder: "/data", free: .gigabytes(10), total: .gigabytes(100), freeEntries: 1_000, entries: 1_000),
            problems: [])
        change(&status)
        return status
    }

    private func problems(_ change: (inout HostStatus) -> Void = { _ in }) -> [HealthProblem] {
        HealthExamination(Self.status(change), keptFree: ByteCount.gigabytes(1).octets, now: Self.now).problems
    }

    @Test func aHealthyHostHasNone() { #expect(problems().isEmpty) }

    struct Case: Sendable, CustomTestStringConvertible {
        let code: String
        var severity = HealthProblem.Severity.problem
        let change: @Sendable (inout HostStatus) -> Void
        var testDescription: String { code }
    }

    static let cases: [Case] = [
        Case(code: "no-generation") { status in
            status.control.generation = 0
            for index in 0..<3 { status.workers[index].generation = nil }
        },
        Case(code: "program-down") { $0.workers[1].state = "down" },
        Case(code: "not-running") { for index in 0..<3 { $0.workers[index].state = "down" } },
        Case(code: "program-problem") { $0.workers[1].problems = ["no mail is accepted: full; make room"] },
        Case(code: "other-version", severity: .warning) { $0.workers[2].version = "0.0.9" },
        Case(code: "other-generation") { $0.workers[2].generation = 4 },
        Case(code: "listener-closed") { $0.listeners[0].isOpen = false },
        Case(code: "socket-failed") { status in
            status.listeners[0].isOpen = false
            status.units = [UnitState(unit: "malaposta-smtp.socket", active: "failed", sub: "failed", result: "resources")]
        },
        Case(code: "queue-crashed") { $0.queue?.crashed = 2 },
        Case(code: "queue-held", severity: .warning) { $0.queue?.held = 1 },
        Case(code: "certificate-expired") { $0.certificates[0].notAfter = now - 1 },
        Case(code: "certificate-expires") { $0.certificates[0].notAfter = now + 3 * 86_400 },
        Case(code: "certificate-expires", severity: .warning) { $0.certificates[0].notAfter = now + 15 * 86_400 },
        Case(code: "certificate-unreadable") { $0.certificates[0].notAfter = nil },
        Case(code: "domain-unproven", severity: .warning) { $0.domains.unproven = ["new.example"] },
        Case(code: "directory-unreachable") { status in
            if let tenant = try? TenantID("acme") {
                var state = DirectoryState(tenant: tenant, directory: "corp")
                (state.failingSince, state.failure) = (now - 60, "no answer")
                status.control.directories = [state]
            }
        },
        Case(code: HealthProblem.brake) { status in
            if let tenant = try? TenantID("acme") {
                var state = DirectoryState(tenant: tenant, directory: "corp")
                state.held = HeldRemoval(accounts: 9, others: 0, allAccounts: 10, allOthers: 0, since: now)
                status.control.directories = [state]
            }
        },
        Case(code: "flush-failed") { $0.failedFlush = FlushStatus(note: "/data/accounts/flush-failed", since: now - 60) },
        Case(code: "disk-full") { $0.disk = DiskStatus(folder: "/d", free: .megabytes(10), total: .gigabytes(1)) },
        Case(code: "disk-low", severity: .warning) {
            $0.disk = DiskStatus(folder: "/d", free: .megabytes(1_500), total: .gigabytes(9))
        },
        Case(code: "disk-entries") {
            $0.disk = DiskStatus(folder: "/d", free: .gigabytes(9), total: .gigabytes(9), freeEntries: 5, entries: 1_000)
        },
    ]

    @Test(arguments: cases)
    func eachIsFoundWithItsCure(one: Case) {
        let found = problems(one.change)
        #expect(found.map(\.code) == [one.code])
        #expect(found.first?.severity == one.severity)
        #expect(found.allSatisfy { !$0.cure.isEmpty && !$0.what.isEmpty })
        var status = Self.status(one.change)
        status.problems = found
        #expect(status.isFine == (one.severity == .warning))
        for line in status.text.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    }

    @Test func aNewHostHasNoFilesYet() {
        let text = Self.status { $0.control.nextStep = "this host is empty" }.text
        #expect(text.contains("files            none yet"))
        #expect(text.hasSuffix("Next: this host is empty."))
    }

    @Test func unitsAreTold() {
        var status = Self.status()
        status.units = [
            UnitState(unit: "malaposta-control.service", active: "active", sub: "running", result: "success", restarts: 0),
            UnitState(unit: "malaposta-mail.service", active: "active", sub: "running", result: "success", restarts: 3),
            UnitState(unit: "malaposta-web.service", active: "activating", sub: "auto-restart", result: "watchdog", restarts: 12),
            UnitState(unit: "malaposta-smtp.socket", active: "active", sub: "running", result: "success"),
            UnitState(unit: "malaposta-imap.socket", active: "inactive", sub: "dead", result: "success"),
            UnitState(unit: "malaposta-https.socket", active: "failed", sub: "failed", result: "resources"),
            UnitState(unit: "malaposta-sendmail.socket", active: "active", sub: "listening", result: "success"),
        ]
        #expect(
            status.text.contains(
                """
                services         control active, mail active (3 restarts), web activating
                                 (auto-restart, 12 restarts, ended last by watchdog)
                sockets          smtp, sendmail active; imap inactive; https failed (ended
                                 last by resources)
                """))
    }

    @Test(arguments: [("inactive", "dead", "'systemctl start malaposta-web'"), ("activating", "auto-restart", "see its log")])
    func aWorkerThatIsDownIsToldWithItsUnit(active: String, sub: String, cure: String) {
        let found = problems {
            $0.workers[2].state = "down"
            $0.workers[2].problems = ["nobody answers"]
            $0.units = [UnitState(unit: "malaposta-web.service", active: active, sub: sub, result: "success", restarts: 0)]
        }
        #expect(found.map(\.code) == ["program-down"])
        #expect(found.first?.what.contains("(nobody answers; systemd calls it \(active)") == true)
        #expect(found.first?.cure.hasPrefix(cure) == true)
    }

    /// The note is the programs' own; one of another run of the machine speaks of what is gone.
    @Test(arguments: [("", true), ("0", false)]) func aNoteOfAFailedFlushIsFound(otherBoot: String, isFound: Bool) async throws {
        let host = try ExampleHost()
        let accounts = "\(host.folders.data)/accounts"
        try FileManager.default.createDirectory(atPath: accounts, withIntermediateDirectories: true)
        #expect(try await ControlClient(host.folders).hostStatus().failedFlush == nil)
        let boot = try String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8).prefix { !$0.isNewline }
        try "\(boot)\(otherBoot) \(Self.now)\n".write(toFile: "\(accounts)/flush-failed", atomically: false, encoding: .utf8)
        let status = try await ControlClient(host.folders).hostStatus()
        #expect(status.failedFlush?.since == (isFound ? Self.now : nil))
        let problem = status.problems.first { $0.code == "flush-failed" }
        #expect((problem != nil) == isFound)
        if let problem { #expect(problem.what.contains(" on 2027-01-15 08:00 UTC, as \(accounts)/flush-failed says")) }
    }

    @Test func aNewGenerationIsWaitedFor() {
        #expect(
            problems {
                $0.workers[2].generation = 4
                $0.control.made = Self.now - 3
            }.isEmpty)
    }

    @Test func aProgramsOwnSentenceIsPartedIntoProblemAndCure() {
        let found = problems { $0.workers[1].problems = ["the spool was damaged: x; y; look at the disk"] }
        #expect(found.first?.what == "malaposta-mail: the spool was damaged: x; y")
        #expect(found.first?.cure == "look at the disk")
    }
}

@Suite("Listening sockets, proc(5)") struct ListeningSocketsTests {
    private static let four = """
          sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 0100007F:09DD 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1
           1: 00000000:0019 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2
           2: 0100007F:1F90 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 3
           3: garbage
        """
    private static let six = """
          sl  local_address                         remote_address                        st
           0: 00000000000000000000000001000000:03E1 00000000000000000000000000000000:0000 0A 00000000:00000000
        """

    @Test(arguments: [
        ("127.0.0.1", UInt16(2525), true), ("127.0.0.1", 25, true), ("192.0.2.1", 25, true), ("127.0.0.1", 8080, false),
        ("::1", 993, true), ("::1", 25, false), ("192.0.2.1", 2525, false),
    ])
    func found(address: String, port: UInt16, isOpen: Bool) {
        #expect(ListeningSockets(Self.four, Self.six).has(address, port) == isOpen)
    }

    @Test func ofThisMachineCanBeRead() { _ = ListeningSockets() }
}
