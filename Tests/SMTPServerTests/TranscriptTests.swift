import TestSupport
import Testing

@Suite("SMTP dialogues, Tests/Transcripts/smtp") struct TranscriptTests {
    @Test(arguments: try Transcript.all(in: "smtp"))
    func plays(_ transcript: Transcript) async throws {
        try await withServer(transcript.settings) { server in
            try await transcript.play(to: server.address, beginsWithTLS: transcript.settings["door"] == "submissions")
            let wanted = transcript.settings["accepted"].flatMap { Int($0) }
            if let wanted { #expect(server.receiver.messages.count == wanted) }
        }
    }
}
