import Mail
import Store
import TestSupport
import Testing

@testable import IMAP

@Suite("Dialogues") struct TranscriptTests {
    /// Settings: `mail` messages in the INBOX, `multipart`, `quota` in octets, `plaintext never`, `tls none`.
    @Test(arguments: try Transcript.all(in: "imap")) func plays(_ transcript: Transcript) async throws {
        let settings = transcript.settings
        let quota = settings["quota"].flatMap { Int($0) }.map { ByteCount($0) }
        try await withServer(quota: quota, hasTLS: settings["tls"] != "none", plaintextLogin: settings["plaintext"] != "never") {
            server in
            for number in 1..<(Int(settings["mail"] ?? "0") ?? 0) + 1 {
                try await server.deliver(RunningServer.message(number), date: 1_767_261_600 + Int64(number))
            }
            if settings["multipart"] != nil { try await server.deliver(RunningServer.multipart) }
            try await transcript.play(to: server.address)
        }
    }

    @Test func thereAreManyDialogues() throws { #expect(try Transcript.all(in: "imap").count >= 60) }
}
