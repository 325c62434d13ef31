import Logging
import Testing

@testable import Systemd

@Suite("Journal entries, systemd.journal-fields(7)") struct JournalEntryTests {
    private func entry(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata = [:]) -> [String: String] {
        let entry = JournalEntry(label: "malaposta-mail", level: level, message: message, metadata: metadata)
        return Dictionary(entry.fields.map { ($0.name, $0.value) }) { first, _ in first }
    }

    @Test(arguments: [
        (Logger.Level.trace, "7"), (.debug, "7"), (.info, "6"), (.notice, "5"), (.warning, "4"), (.error, "3"), (.critical, "2"),
    ])
    func prioritiesAreSyslogs(level: Logger.Level, number: String) {
        #expect(entry(level, "x")["PRIORITY"] == number)
    }

    @Test func metadataBecomesFieldsAndStandsInTheSentence() {
        let fields = entry(.info, "message accepted", ["queue.id": "a1", "account": "ff"])
        #expect(fields["MESSAGE"] == "message accepted account=ff queue.id=a1")
        #expect(fields["MALAPOSTA_QUEUE_ID"] == "a1")
        #expect(fields["MALAPOSTA_ACCOUNT"] == "ff")
        #expect(fields["SYSLOG_IDENTIFIER"] == "malaposta-mail")
    }

    @Test(arguments: [("a b=c\nd", "MALAPOSTA_A_B_C_D"), ("é", "MALAPOSTA___")])
    func namesAreWhatTheJournalTakes(key: String, name: String) {
        #expect(entry(.info, "x", [key: "v"])[name] == "v")
    }

    @Test func whatIsTooLongOrTooMuchIsCut() {
        let long = String(repeating: "x", count: JournalEntry.longestValue + 1)
        #expect(entry(.info, "m", ["long": "\(long)"])["MALAPOSTA_LONG"]?.utf8.count == JournalEntry.longestValue + 3)
        let many = Dictionary(uniqueKeysWithValues: (0..<100).map { ("k\($0)", Logger.MetadataValue.string("v")) })
        #expect(entry(.info, "m", many).keys.filter { $0.hasPrefix("MALAPOSTA_") }.count == JournalEntry.mostMetadata)
    }
}
