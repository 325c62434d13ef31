import Mail
import NIOCore
import SMTP
import Testing

@Suite("Transparency, RFC 5321 §4.5.2") struct DotStuffingTests {
    private func stuffed(_ text: String, pieces: Int) throws -> String {
        var stuffing = DotStuffing()
        var output = ByteBuffer()
        var rest = ByteBuffer(string: text)
        while rest.readableBytes > 0, let piece = rest.readSlice(length: min(pieces, rest.readableBytes)) {
            try stuffing.add(piece, to: &output)
        }
        try stuffing.finish(to: &output)
        return String(buffer: output)
    }

    @Test(arguments: [
        ("", ".\r\n"), ("a", "a\r\n.\r\n"), (".\r\n", "..\r\n.\r\n"), ("a\r\n.b\r\n..\r\n", "a\r\n..b\r\n...\r\n.\r\n"),
        ("\r\n", "\r\n.\r\n"),
    ])
    func stuffs(_ text: String, _ wanted: String) throws {
        for pieces in [1, 2, 3, 100] { #expect(try stuffed(text, pieces: pieces) == wanted) }
    }

    @Test(arguments: ["a\nb", "\n", "a\rb\r\n", "\r", "a\r\n\n", "\r\r\n"]) func refuses(_ text: String) {
        for pieces in [1, 2, 100] {
            #expect(throws: ClientError.bareLineEnd) { try stuffed(text, pieces: pieces) }
        }
    }
}

@Suite("Times as they are written, RFC 3339 and RFC 5322") struct TimeTests {
    @Test(arguments: [
        (Int64(0), "Thu, 1 Jan 1970 00:00:00 +0000", "1970-01-01T00:00:00Z"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 +0000", "2000-02-29T00:00:00Z"),
        (1_795_487_400, "Tue, 24 Nov 2026 02:30:00 +0000", "2026-11-24T02:30:00Z"),
    ])
    func writes(_ seconds: Int64, _ mail: String, _ internet: String) throws {
        #expect(CivilDate.mailTime(seconds) == mail && CivilDate.internetTime(seconds) == internet)
        var cursor = reader(internet)
        #expect(try cursor.dateTime() == seconds)
    }
}
