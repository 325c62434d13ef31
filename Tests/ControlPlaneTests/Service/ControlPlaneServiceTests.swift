import ControlPlane
import Directory
import Logging
import Mail
import Synchronization
import Testing

@Suite("The control plane at its sockets", .timeLimit(.minutes(10))) struct ControlPlaneServiceTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Runs `body` beside the service of a fresh host.
    private func running(_ body: (ExampleHost) async throws -> Void) async throws {
        let host = try ExampleHost()
        let service = ControlPlaneService(
            dataFolder: host.folders.data, runFolder: host.folders.run, configurationFolder: host.folders.configuration,
            logger: logger)
        let listening = AsyncStream<Void>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run { listening.continuation.yield() } }
            for await _ in listening.stream { break }
            try await body(host)
            group.cancelAll()
        }
    }

    private func credentials(_ name: String, _ password: [UInt8]) -> Credentials {
        Credentials(name: name, password: password, service: .imap, remote: "192.0.2.1")
    }

    @Test func aPasswordIsChecked() async throws {
        try await running { host in
            let client = AuthenticationClient(
                path: host.folders.authenticationSocket, sessions: SessionRegistry(), logger: logger)
            guard case .accepted(let ana) = await client.authenticate(credentials("ana@acme.example", ExampleHost.password))
            else {
                Issue.record("the right password is refused")
                return
            }
            #expect(ana.address.description == "ana@acme.example")
            #expect(await client.authenticate(credentials("ana@acme.example", Array("wrong".utf8))) == .rejected)
        }
    }

    @Test func withoutTheServiceItIsUnavailable() async throws {
        let client = AuthenticationClient(
            path: "/tmp/nobody-\(UInt64.random(in: 0 ... .max))", sessions: SessionRegistry(), logger: logger)
        #expect(await client.authenticate(credentials("ana@acme.example", ExampleHost.password)) == .unavailable)
    }

    @Test func aNewPasswordOrASuspensionEndsOpenSessions() async throws {
        try await running { host in
            let registry = SessionRegistry()
            let client = AuthenticationClient(path: host.folders.authenticationSocket, sessions: registry, logger: logger)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await client.run() }
                let commands = ControlClient(host.folders)
                let rui = try await commands.host.user("rui@acme.example").account
                let ends = AsyncStream<SessionEnd>.makeStream()
                var heard = ends.stream.makeAsyncIterator()
                // The question is answered over the connection that notices come by.
                #expect(await client.authenticate(credentials("rui@acme.example", Array("the first one".utf8))) == .rejected)

                var token = registry.register(rui.id, service: .imap, remote: "192.0.2.1") { ends.continuation.yield($0) }
                _ = try await commands.setPassword(Array("the first one".utf8), of: "rui@acme.example")
                #expect(await heard.next() == .passwordChanged)
                #expect(await client.authenticate(credentials("rui@acme.example", Array("the first one".utf8))) == .accepted(rui))

                token = registry.register(rui.id, service: .web, remote: "192.0.2.1") { ends.continuation.yield($0) }
                _ = try await commands.suspend("rui@acme.example")
                #expect(await heard.next() == .suspended)
                #expect(await client.authenticate(credentials("rui@acme.example", Array("the first one".utf8))) == .suspended)
                withExtendedLifetime(token) {}
                group.cancelAll()
            }
        }
    }

    /// A worker that was down hears of what was revoked meanwhile, and ends only the sessions that it took up from before.
    @Test func aPasswordChangedWhileAWorkerWasDownEndsTheSessionsItTakesUp() async throws {
        try await running { host in
            let commands = ControlClient(host.folders)
            let rui = try await commands.host.user("rui@acme.example").account
            _ = try await commands.setPassword(Array("the first one".utf8), of: "rui@acme.example")
            let registry = SessionRegistry()
            let client = AuthenticationClient(path: host.folders.authenticationSocket, sessions: registry, logger: logger)
            let ends = AsyncStream<String>.makeStream()
            var heard = ends.stream.makeAsyncIterator()
            let tokens = [
                registry.register(rui.id, service: .web, remote: "", since: 1) { _ in ends.continuation.yield("after") },
                registry.register(rui.id, service: .web, remote: "", since: 0) { _ in ends.continuation.yield("before") },
            ]
            client.catchUp(after: 0)
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await client.run() }
                #expect(await heard.next() == "before")
                #expect(registry.count(rui.id) == 1)
                withExtendedLifetime(tokens) {}
                group.cancelAll()
            }
        }
    }

    @Test func anApplyIsInForceWhenTheCommandReturns() async throws {
        try await running { host in
            let commands = ControlClient(host.folders)
            let client = AuthenticationClient(
                path: host.folders.authenticationSocket, sessions: SessionRegistry(), logger: logger)
            #expect(await client.authenticate(credentials("ana@acme.example", ExampleHost.password)) != .rejected)
            try host.accounts { $0.replacing("address: ana@acme.example", with: "address: anna@acme.example") }
            let outcome = try await commands.apply(plan: nil)
            #expect(outcome.generation == 2)
            #expect(await client.authenticate(credentials("ana@acme.example", ExampleHost.password)) == .rejected)
            #expect(await client.authenticate(credentials("anna@acme.example", ExampleHost.password)) != .rejected)
            _ = try await commands.rollback(to: nil)
            #expect(await client.authenticate(credentials("ana@acme.example", ExampleHost.password)) != .rejected)
        }
    }

    @Test func aRefusalReachesTheCommand() async throws {
        try await running { host in
            let error = await #expect(throws: (any Error).self) {
                try await ControlClient(host.folders).setPassword(Array("the new one".utf8), of: "ana@acme.example")
            }
            let sentence = "\(try #require(error))"
            #expect(sentence.hasPrefix("the password stands in the files: edit tenants/acme/accounts.yaml:6:20"))
        }
    }
}
