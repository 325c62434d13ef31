import NIOCore
import Testing

@testable import MIME

@Suite("Dates, RFC 5322 §3.3, and what senders make of them") struct DateTimeTests {
    @Test(arguments: [
        ("Mon, 23 Nov 2026 10:00:00 +0100", 1_795_424_400, 60),
        ("23 Nov 2026 10:00 +0100", 1_795_424_400, 60),
        ("Mon, 23 Nov 26 09:00:00 GMT", 1_795_424_400, 0),
        ("Mon, 23 Nov 126 09:00:00 UT", 1_795_424_400, 0),
        ("Mon,23 Nov 2026 04:00:00 EST", 1_795_424_400, -300),
        ("Mon, 23 Nov 2026 10:00:00 +0100 (CET)", 1_795_424_400, 60),
        ("(c) Mon (c), 23 (c) Nov 2026 10:00:00 (c) +0100", 1_795_424_400, 60),
        ("Mon Nov 23 09:00:00 2026", 1_795_424_400, 0),
        ("Mon Nov 23 10:00:00 CET 2026", 1_795_424_400, 60),
        ("2026-11-23 10:00:00 +0100", 1_795_424_400, 60),
        ("2026-11-23T09:00:00Z", 1_795_424_400, 0),
        ("2026-11-23T10:00:00.123+01:00", 1_795_424_400, 60),
        ("23-Nov-2026 10:00:00 +0100", 1_795_424_400, 60),
        ("Mon, 23 November 2026 09:00:00", 1_795_424_400, 0),
        ("11/23/2026 9:00 AM", 1_795_424_400, 0),
        ("23.11.2026 09:00", 1_795_424_400, 0),
        ("Thu, 1 Jan 1970 00:00:00 +0000", 0, 0),
        ("Wed, 31 Dec 1969 23:59:59 +0000", -1, 0),
        ("Thu, 29 Feb 2024 23:59:60 +0000", 1_709_251_199, 0),
        ("Mon, 23 Nov 2026 10:00:00 +1", 1_795_424_400, 60),
    ])
    func reads(text: String, seconds: Int, zone: Int) { #expect(DateTime(text) == DateTime(seconds: Int64(seconds), zone: zone)) }

    @Test(arguments: [
        "", "yesterday", "Mon, 32 Nov 2026 10:00:00", "29 Feb 2023 10:00:00", "23 Nov", "Nov 2026", "23 Nov 2026 25:00:00", ":::",
        "+",
    ])
    func refuses(text: String) { #expect(DateTime(text) == nil) }

    @Test func writesWhatItReads() {
        for step in -2_000..<2_000 {
            let date = DateTime(seconds: Int64(step) * 12_345_677, zone: step % 840)
            #expect(DateTime(date.description) == date)
        }
    }
}
