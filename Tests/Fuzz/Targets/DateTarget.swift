import IMAP
import MIME
import NIOCore

extension FuzzTargets {
    /// Dates of header fields and of IMAP.
    static let dates = FuzzTarget(
        name: "dates", longest: 256,
        pieces: [
            "Thu, ", "1 Jan 1970 ", "00:00:00 ", "+0000", "-0000", "GMT", "EST", "(comment)", "29 Feb ", "23:59:60",
            "99999999999",
            "\"17-Jul-1996 02:44:25 -0700\"", " ", "\r\n ",
        ]
    ) { octets in
        if let date = MIME.DateTime(ByteBuffer(bytes: octets)) {
            let written = date.description
            let again = MIME.DateTime(written)
            // Years that four digits do not hold have no such form.
            if (0..<253_402_300_800).contains(date.seconds) {
                try expect(again?.seconds == date.seconds, "a date changes when it is written: \(written)")
            }
        }
        var reader = IMAP.CommandReader(ByteBuffer(bytes: octets))
        _ = try? reader.dateTime()
    }
}
