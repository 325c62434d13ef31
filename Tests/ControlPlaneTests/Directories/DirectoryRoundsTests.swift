import Logging
import Mail
import TestSupport
import Testing

@testable import ControlPlane
@testable import Provisioning

@Suite("Rounds of directories, with slapd") struct DirectoryRoundsTests {
    private let host: ExampleHost
    private let control: HostControl
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    init() throws {
        host = try ExampleHost()
        control = HostControl(host.folders, now: { 1_000_000 })
    }

    /// Waits for what comes by itself.
    private func wait(until condition: () throws -> Bool) async throws -> Bool {
        for _ in 0..<1_200 {
            if try condition() { return true }
            try await Task.sleep(for: .milliseconds(50))
        }
        return false
    }

    @Test func allAreReadWhereNotAllCanBeListenedTo() async throws {
        let server = try LocalDirectory(LocalDirectory.person("zoe") + LocalDirectory.person("yan"))
        let directories = ["zoe", "yan", "nobody"].map { name in
            """
              - id: of-\(name)
                preset: openldap
                urls: ["\(server.url)"]
                bind: { mechanism: anonymous }
                base: \(LocalDirectory.base)
                users: { filter: (uid=\(name)) }

            """
        }
        try host.write("tenants/acme/directory.yaml", "schema: 1\ndirectories:\n" + directories.joined())
        _ = try await control.apply(configuration: host.folders.configuration, plan: nil)
        var limits = DirectoryRounds.Limits()
        (limits.listened, limits.readings) = (1, 1)
        let logins = HostDirectoryLogins(host.folders, logger: logger)
        let rounds = DirectoryRounds(control, host.folders, logins, limits: limits, logger: logger, now: { 1_000_000 })
        let running = Task { await rounds.run { _ in } }
        defer { running.cancel() }
        let database = try SnapshotDatabase(path: host.folders.snapshots)
        let isSo = try await wait {
            let states = try database.states()
            return states.count { $0.isLive } == 1 && states.count { $0.liveRefusal?.contains("1 other") == true } == 2
                && states.allSatisfy { $0.lastSync != nil && $0.failingSince == nil }
        }
        #expect(isSo, "\((try? database.states()) ?? [])")
        // A command's reading goes beside the one that listens.
        for source in try await control.directories(of: TenantID("acme"), candidates: false) {
            #expect(try await rounds.read(source, allowsRemovals: false).held == nil)
        }
        #expect(try await wait { try database.states().map(\.users) == [0, 1, 1] })
        running.cancel()
        await running.value
    }
}
