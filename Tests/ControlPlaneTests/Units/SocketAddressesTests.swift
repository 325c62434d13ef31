import Foundation
import MailConfiguration
import Testing

@testable import ControlPlane

@Suite("The sockets are brought to where malaposta.yaml says") final class SocketAddressesTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "units-\(UUID().uuidString)").path
    private let systemd = PlayedSystemd(
        Dictionary(uniqueKeysWithValues: ListenerService.allCases.map { (HostUnit.socket(of: $0), "active") }))
    private var addresses: SocketAddresses { SocketAddresses(folder: folder, systemd: systemd) }

    init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private static let smtp = "malaposta-smtp.socket"
    private static let all = ListenerService.allCases.map(HostUnit.socket)

    /// - Parameter places: of port 25.
    private func listeners(_ places: String...) throws -> [ListenerConfiguration] {
        let lines = places.enumerated().map { "  - { name: a\($0), service: smtp, address: \"\($1)\", port: 25 }\n" }
        let text = "schema: 1\nhost_name: mail.host.example\ntls: { self_signed: true }\nlisteners:\n" + lines.joined()
        let files = ConfigurationFiles(contents: ["malaposta.yaml": Array(text.utf8)])
        return try #require(ConfigurationReading(files).tree).host.listeners
    }

    @Test func onlyWhatDiffersIsWrittenAndOpenedAnew() async throws {
        #expect(try await addresses.bring(to: listeners("0.0.0.0")) == .init(changed: Self.all))
        #expect(systemd.orders == ["reload"] + Self.all.map { "restart \($0)" })
        #expect(try await addresses.bring(to: listeners("0.0.0.0")) == .init())
        #expect(systemd.orders == [])
        #expect(try await addresses.bring(to: listeners("0.0.0.0", "::")) == .init(changed: [Self.smtp]))
        #expect(systemd.orders == ["reload", "restart \(Self.smtp)"])
        let file = try String(contentsOfFile: "\(folder)/\(Self.smtp).d/50-listeners.conf", encoding: .utf8)
        #expect(file.hasSuffix("ListenStream=0.0.0.0:25\nListenStream=[::]:25\n"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(Self.smtp).d") == ["50-listeners.conf"])
    }

    /// Whatever fails after a drop-in was written: run again, it goes on.
    @Test(arguments: ["reload", "restart malaposta-smtp.socket", "finish malaposta-smtp.socket"])
    func whatFailedIsDoneAgain(call: String) async throws {
        _ = try await addresses.bring(to: listeners("0.0.0.0"))
        systemd.fail([call])
        await #expect(throws: (any Error).self) { try await self.addresses.bring(to: self.listeners("127.0.0.1")) }
        await #expect(throws: (any Error).self) { try await self.addresses.bring(to: self.listeners("127.0.0.1")) }
        systemd.fail([])
        _ = systemd.orders
        #expect(try await addresses.bring(to: listeners("127.0.0.1")) == .init(changed: [Self.smtp]))
        #expect(systemd.orders == ["reload", "restart \(Self.smtp)"])
        #expect(try await addresses.bring(to: listeners("127.0.0.1")) == .init())
    }

    /// systemd stops the worker for that and starts it, by PartOf=: nothing that fails here can leave one stopped.
    @Test func noWorkerIsStoppedByHand() async throws {
        systemd.fail(["finish \(Self.smtp)"])
        await #expect(throws: (any Error).self) { try await self.addresses.bring(to: self.listeners("127.0.0.1")) }
        #expect(systemd.orders.allSatisfy { $0.hasPrefix("restart malaposta-") && $0.hasSuffix(".socket") || $0 == "reload" })
    }

    @Test func aTakenPortIsToldAndTriedAgain() async throws {
        systemd.take([Self.smtp])
        let outcome = try await addresses.bring(to: listeners("0.0.0.0"))
        #expect(outcome.problems.count == 1)
        #expect(outcome.problems.first?.hasPrefix("malaposta-smtp.socket cannot listen on 0.0.0.0 port 25") == true)
        _ = systemd.orders
        systemd.take([])
        #expect(try await addresses.bring(to: listeners("0.0.0.0")) == .init())
        #expect(systemd.orders == ["restart \(Self.smtp)"])
        #expect(systemd.active(Self.smtp) == "active")
    }

    @Test func aStoppedHostStaysStopped() async throws {
        let stopped = PlayedSystemd([Self.smtp: "inactive"])
        let addresses = SocketAddresses(folder: folder, systemd: stopped)
        _ = try await addresses.bring(to: listeners("0.0.0.0"))
        #expect(stopped.orders == ["reload"])
        #expect(try await addresses.bring(to: listeners("0.0.0.0")) == .init())
        #expect(stopped.orders == [])
    }
}

@Suite("The control plane has the sockets follow") struct HostSocketsTests {
    private func listeners() throws -> [ListenerConfiguration] {
        let text = """
            schema: 1
            host_name: mail.host.example
            tls: { self_signed: true }
            listeners:
              - { name: a, service: smtp, address: 0.0.0.0, port: 25 }
            """
        return try #require(ConfigurationReading(ConfigurationFiles(contents: ["malaposta.yaml": Array(text.utf8)])).tree).host
            .listeners
    }

    @Test(arguments: [("active", 0), ("failed", 1)]) func tellsWhatDoesNotListen(state: String, problems: Int) async throws {
        let systemd = PlayedSystemd([
            HostUnit.sockets: "inactive", "malaposta-smtp.socket": state, "malaposta-imap.socket": "inactive",
        ])
        let told = try await HostSockets(systemd: systemd).bring(to: listeners())
        #expect(told.count == problems)
        #expect(told.allSatisfy { $0.contains("cannot listen on 0.0.0.0 port 25") && $0.contains("; 'ss -ltnp sport = :25'") })
        #expect(systemd.orders == ["start \(HostUnit.sockets)"])
    }

    @Test func aFailedUnitIsAnError() async throws {
        let systemd = PlayedSystemd([HostUnit.sockets: "failed"])
        let listeners = try listeners()
        await #expect(throws: SocketsFailed.self) { try await HostSockets(systemd: systemd).bring(to: listeners) }
    }

    @Test func applyTellsItWithin80Columns() throws {
        var outcome = HostControl.Outcome(generation: 5)
        #expect(outcome.problems == nil)
        outcome.problems = [try SocketProblem("malaposta-smtp.socket", listeners()).sentence]
        let shown = outcome.text
        #expect(
            shown.hasPrefix(
                "Nothing to do. Generation 5 is in force.\n\nBut not everything follows it:\n  ! malaposta-smtp.socket"))
        #expect(shown.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }
}
