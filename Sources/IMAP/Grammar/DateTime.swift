internal import Mail
internal import NIOCore
internal import Wire

/// `date-time`, RFC 9051 §9, as seconds since 1970-01-01 00:00 UTC.
package struct DateTime: Hashable, Sendable {
    package let seconds: Int64

    package init(seconds: Int64) { self.seconds = seconds }
}

extension CommandReader {
    /// `date-time`, RFC 9051 §9: `"17-Jul-1996 02:44:25 -0700"`, a day below 10 with a space or a zero before it.
    package mutating func dateTime() throws(SyntaxError) -> DateTime {
        let start = self
        guard take(.quote), let value = unquotedDateTime(), take(.quote) else { throw start.failure(.dateTime) }
        return value
    }

    private mutating func unquotedDateTime() -> DateTime? {
        _ = take(.space)
        guard let number = oneOrTwoDigits(), let day = monthAndYear(day: number), take(.space),
            let hour = digits(2), take(UInt8(ascii: ":")), let minute = digits(2), take(UInt8(ascii: ":")),
            let second = digits(2),
            hour < 24, minute < 60, second <= 60, take(.space), let zone = zone()
        else { return nil }
        return DateTime(seconds: Int64(day.days * 86_400 + hour * 3600 + minute * 60 + second - zone))
    }

    /// `zone`: `("+" / "-") 4DIGIT`, in seconds east of Greenwich.
    private mutating func zone() -> Int? {
        let isWest = take(UInt8(ascii: "-"))
        guard isWest || take(UInt8(ascii: "+")), let hours = digits(2), let minutes = digits(2), hours < 24, minutes < 60 else {
            return nil
        }
        return (isWest ? -1 : 1) * (hours * 3600 + minutes * 60)
    }
}

extension ByteBuffer {
    /// `date-time`, RFC 9051 §9, in UTC. Times that four digits of a year cannot hold become the nearest that they can.
    mutating func write(_ time: DateTime) {
        let (date, rest) = CivilDate.split(min(max(time.seconds, -62_135_596_800), 253_402_300_799))
        writeInteger(UInt8.quote)
        write(twoDigits: date.day)
        writeStaticString(Self.months[date.month - 1])
        write(twoDigits: date.year / 100)
        write(twoDigits: date.year % 100)
        writeInteger(UInt8.space)
        write(twoDigits: rest / 3600)
        writeInteger(UInt8(ascii: ":"))
        write(twoDigits: rest / 60 % 60)
        writeInteger(UInt8(ascii: ":"))
        write(twoDigits: rest % 60)
        writeStaticString(" +0000\"")
    }

    private mutating func write(twoDigits number: Int) {
        writeInteger(UInt8(ascii: "0") + UInt8(number / 10))
        writeInteger(UInt8(ascii: "0") + UInt8(number % 10))
    }

    private static let months: [StaticString] = [
        "-Jan-", "-Feb-", "-Mar-", "-Apr-", "-May-", "-Jun-", "-Jul-", "-Aug-", "-Sep-", "-Oct-", "-Nov-", "-Dec-",
    ]
}
