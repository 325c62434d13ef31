import Mail
import NIOCore
import Testing

@testable import IMAP

@Suite("Dates, RFC 9051 §9") struct DateTests {
    @Test(
        arguments: [
            ("\"17-Jul-1996 02:44:25 -0700\"", 837_596_665), ("\" 1-Jan-1970 00:00:00 +0000\"", 0),
            ("\"01-jan-1970 01:00:00 +0100\"", 0),
            ("\"31-Dec-1969 23:59:59 +0000\"", -1), ("\"29-Feb-2024 12:00:00 +0530\"", 1_709_188_200),
        ] as [(String, Int64)])
    func readsDateTime(text: String, seconds: Int64) throws {
        var reader = CommandReader(ByteBuffer(string: text))
        #expect(try reader.dateTime().seconds == seconds)
    }

    @Test(arguments: [
        "\"29-Feb-2023 12:00:00 +0000\"", "\"1-Foo-2023 12:00:00 +0000\"", "\"01-Jan-2023 24:00:00 +0000\"",
        "\"01-Jan-2023 12:00:00\"",
        "\"01-Jan-23 12:00:00 +0000\"", "01-Jan-2023 12:00:00 +0000", "\"01-Jan-2023 12:00:00 +2400\"",
        "\"00-Jan-2023 12:00:00 +0000\"",
    ])
    func refusesDateTime(text: String) {
        #expect(throws: SyntaxError(expected: .dateTime, offset: 0)) {
            var reader = CommandReader(ByteBuffer(string: text))
            _ = try reader.dateTime()
        }
    }

    @Test(
        arguments: [
            (0, "\"01-Jan-1970 00:00:00 +0000\""), (837_596_665, "\"17-Jul-1996 09:44:25 +0000\""),
            (-1, "\"31-Dec-1969 23:59:59 +0000\""),
            (Int64.max, "\"31-Dec-9999 23:59:59 +0000\""), (Int64.min, "\"01-Jan-0001 00:00:00 +0000\""),
        ] as [(Int64, String)])
    func writes(seconds: Int64, text: String) {
        var buffer = ByteBuffer()
        buffer.write(DateTime(seconds: seconds))
        #expect(String(buffer: buffer) == text)
    }

    @Test(arguments: [("1-Feb-1994", 8797), ("\"01-Feb-1994\"", 8797), ("31-Dec-1969", -1)])
    func readsDays(text: String, days: Int) throws {
        var reader = CommandReader(ByteBuffer(string: text))
        let day = try reader.date()
        #expect(day.days == days)
        #expect(CivilDate(days: days) == day)
    }

    @Test(arguments: ["30-Feb-2000", "1-Jan-0000", "1-Feb-94", "Feb-1-1994", "\"1-Feb-1994", "1-February-1994", ""])
    func refusesDays(text: String) {
        #expect(throws: SyntaxError(expected: .date, offset: 0)) {
            var reader = CommandReader(ByteBuffer(string: text))
            _ = try reader.date()
        }
    }
}
