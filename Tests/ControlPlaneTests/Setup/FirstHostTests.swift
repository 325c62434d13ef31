import Foundation
import Mail
import MailConfiguration
import Testing

@testable import ControlPlane

@Suite("The first files of a host") struct FirstHostTests {
    private func answers() throws -> FirstHost {
        FirstHost(
            hostName: try DomainName("mail.acme.example"), tenant: try TenantID("acme"), domain: try DomainName("acme.example"),
            user: "rita")
    }

    @Test(arguments: [false, true]) func areGoodAsTheyAre(hasIPv6: Bool) throws {
        var answers = try answers()
        answers.hasIPv6 = hasIPv6
        answers.tenantName = "Acme \"Travel\": #1"
        answers.userName = "Rita Müller"
        answers.language = "pt"
        answers.allowsUnproven = true
        let reading = ConfigurationReading(answers.files)
        #expect(reading.diagnostics.map { "\($0)" } == [])
        let tree = try #require(reading.tree)
        #expect(tree.host.listeners.count == (hasIPv6 ? 14 : 7))
        #expect(tree.host.tls.selfSigned && tree.host.allowsUnprovenDomains)
        #expect(tree.tenants.map(\.name) == ["Acme \"Travel\": #1"])
        #expect(tree.tenants[0].users.map(\.name) == ["Rita Müller"])
    }

    @Test(arguments: [
        ("mail.acme.example", "mail.acme.example"), ("box", "localhost.localdomain"), ("", "localhost.localdomain"),
    ])
    func anEmptyHostIsGood(machine: String, name: String) throws {
        let reading = ConfigurationReading(EmptyHost(name: machine, hasIPv6: true).files)
        #expect(reading.diagnostics.map { "\($0)" } == [])
        let tree = try #require(reading.tree)
        #expect("\(tree.host.hostName)" == name)
        #expect(tree.tenants.isEmpty)
    }

    @Test func areWrittenIntoAnEmptyFolderOnly() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "setup-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let writing = NewConfiguration(folder: folder, group: nil)
        try writing.write(answers().files)
        #expect(ConfigurationReading(folder: folder).diagnostics.map { "\($0)" } == [])
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder)/tenants/acme/accounts.yaml")
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(throws: SetupRefusal.self) { try writing.write(answers().files) }
    }

    @Test func badAnswersWriteNothing() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "setup-\(UUID().uuidString)").path
        var answers = try answers()
        answers.user = "not an id"
        #expect(throws: ControlError.self) { try NewConfiguration(folder: folder, group: nil).write(answers.files) }
        #expect(!FileManager.default.fileExists(atPath: folder))
    }
}
