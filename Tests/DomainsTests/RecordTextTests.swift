import DNS
import Domains
import MailConfiguration
import TLS
import TestSupport
import Testing

@Suite("Records as text, RFC 1035 §5.1") struct RecordTextTests {
    @Test func splitsLongTexts() {
        let value = String(repeating: "a", count: 300)
        #expect(
            RecordText.strings(value) == [
                "\"\(String(repeating: "a", count: 255))\"", "\"\(String(repeating: "a", count: 45))\"",
            ])
        #expect(RecordText.strings("") == ["\"\""])
        #expect(RecordText.strings("a\"b\\c") == ["\"a\\\"b\\\\c\""])
        #expect(RecordText.strings("é") == ["\"\\195\\169\""])
    }

    /// What is printed can be pasted: a server loads it, and gives back the very values.
    @Test func isReadByAServer() async throws {
        var site = try Examples.site("acme.example", change: { $0.mtaSTS.mode = .enforce })
        let rsa = try SigningKey(making: .rsa)
        site.keys.append(
            DomainKey(selector: "mp1r", algorithm: .rsa, state: .active, publicKey: rsa.publicKey, made: 0, changed: 0))
        let wanted = site.wantedRecords.filter { $0.place == .domain }
        let lines = wanted.flatMap { $0.zoneLines() }
        for line in lines { #expect(line.count <= 80 || !line.contains("TXT"), "\(line)") }
        let server = try await AuthoritativeServer([
            .init(
                "acme.example",
                "$ORIGIN acme.example.\n@ 300 IN SOA ns admin 1 3600 600 86400 60\n@ 300 IN NS ns\nns 300 IN A 127.0.0.1\n"
                    + lines.joined(separator: "\n") + "\n")
        ])
        let named = NamedServer(try #require(ServerAddress("127.0.0.1@\(server.port)")))
        for record in wanted where record.type == "TXT" {
            #expect(
                try await named.ask(record.name, .txt).records(.txt, at: record.name).contains(.text(Array(record.value.utf8))))
        }
        for record in wanted where record.type != "TXT" {
            let type = try #require(RecordType(name: record.type))
            #expect(
                try await !named.ask(record.name, type).records(type, at: record.name).isEmpty, "\(record.name) \(record.type)")
        }
    }
}
