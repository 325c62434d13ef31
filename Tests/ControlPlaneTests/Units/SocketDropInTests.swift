import MailConfiguration
import Testing

@testable import ControlPlane

@Suite("systemd's sockets follow malaposta.yaml") struct SocketDropInTests {
    private func listeners(_ lines: [String]) throws -> [ListenerConfiguration] {
        let text =
            "schema: 1\nhost_name: mail.host.example\ntls: { self_signed: true }\nlisteners:\n" + lines.joined(separator: "\n")
        let files = ConfigurationFiles(contents: ["malaposta.yaml": Array(text.utf8)])
        return try #require(ConfigurationReading(files).tree).host.listeners
    }

    private static let smtp = "  - { name: a, service: smtp, address: 0.0.0.0, port: 25 }"
    private static let smtp6 = "  - { name: b, service: smtp, address: \"::\", port: 25 }"

    @Test func allListenersOfAServiceAreOneUnits() throws {
        let dropIns = SocketDropIn.all(try listeners([Self.smtp, Self.smtp6]))
        #expect(dropIns.count == ListenerService.allCases.count)
        let smtp = try #require(dropIns.first { $0.unit == "malaposta-smtp.socket" })
        #expect(smtp.text.hasSuffix("[Socket]\nListenStream=\nListenStream=0.0.0.0:25\nListenStream=[::]:25\n"))
    }

    @Test func aServiceWithoutListenersIsPassedOver() throws {
        let dropIns = SocketDropIn.all(try listeners([Self.smtp]))
        let imap = try #require(dropIns.first { $0.unit == "malaposta-imap.socket" })
        #expect(imap.text.contains("[Unit]\n# malaposta.yaml has no listener for imap.\nConditionPathExists=!/\n"))
    }

    @Test func aTakenPortIsASentence() throws {
        let sentence = SocketProblem("malaposta-smtp.socket", try listeners([Self.smtp])).sentence
        #expect(sentence.hasPrefix("malaposta-smtp.socket cannot listen on 0.0.0.0 port 25: another server has the port; 'ss -l"))
    }
}
