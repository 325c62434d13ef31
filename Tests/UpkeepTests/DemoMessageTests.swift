import FoundationEssentials
import Mail
import Testing
import Upkeep

@Suite("Mail of the example host") struct DemoMessageTests {
    @Test func fieldsForTheDemoAreTakenOff() throws {
        let file =
            "X-Demo-Folder: Clients/Harbour Hotel\r\nX-Demo-Age: 1d 1h 2m\r\nX-Demo-Flags: seen answered\r\n"
            + "X-Demo-Tags: contract to-pay\r\nSubject: Rooms\r\n\r\nX-Demo-Age: in the body\r\n"
        let message = DemoMessage(Data(file.utf8), now: 1_000_000)
        #expect(message.folder == ["Clients", "Harbour Hotel"])
        #expect(message.flags == [.seen, .answered])
        #expect(message.tags.map(\.name) == ["contract", "to-pay"])
        #expect(message.date == 1_000_000 - 86_400 - 3_600 - 120)
        let text = String(decoding: message.octets, as: UTF8.self)
        #expect(text == "Date: Sun, 11 Jan 1970 12:44:40 +0000\r\nSubject: Rooms\r\n\r\nX-Demo-Age: in the body\r\n")
    }

    @Test func withoutFieldsItIsNewInTheInbox() {
        let message = DemoMessage(Data("Subject: Rooms\r\n\r\n".utf8), now: 0)
        #expect(message.folder == ["INBOX"])
        #expect(message.flags == [])
        #expect(message.date == 0)
    }
}
