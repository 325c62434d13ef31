internal import Mail
internal import Wire

extension CommandReader {
    /// `date-time`, RFC 3339 §5.6, in seconds since 1970; fractions are dropped.
    package mutating func dateTime() throws(SMTPSyntaxError) -> Int64 {
        var ahead = self
        let (year, month, day) = try ahead.fullDate()
        guard ahead.take(UInt8(ascii: "T")) else { throw failure(.date) }
        let (hour, minute, second) = try ahead.timeOfDay()
        let offset = try ahead.timeOffset()
        guard (1970...9999).contains(year), let date = CivilDate(year: year, month: month, day: day), hour < 24, minute < 60,
            second <= 60
        else { throw failure(.date) }
        self = ahead
        return Int64(date.days * 86_400 + hour * 3600 + minute * 60 + second - offset)
    }

    private mutating func fullDate() throws(SMTPSyntaxError) -> (Int, Int, Int) {
        let year = try digits(4)
        guard take(UInt8(ascii: "-")) else { throw failure(.date) }
        let month = try digits(2)
        guard take(UInt8(ascii: "-")) else { throw failure(.date) }
        return (year, month, try digits(2))
    }

    private mutating func timeOfDay() throws(SMTPSyntaxError) -> (Int, Int, Int) {
        let hour = try digits(2)
        guard take(UInt8(ascii: ":")) else { throw failure(.date) }
        let minute = try digits(2)
        guard take(UInt8(ascii: ":")) else { throw failure(.date) }
        let second = try digits(2)
        if take(UInt8(ascii: ".")) { _ = run(of: .digit) }
        return (hour, minute, second)
    }

    /// Seconds east of Greenwich.
    private mutating func timeOffset() throws(SMTPSyntaxError) -> Int {
        if take(UInt8(ascii: "Z")) { return 0 }
        let sign = take(UInt8(ascii: "+")) ? 1 : -1
        guard sign == 1 || take(UInt8(ascii: "-")) else { throw failure(.date) }
        let hours = try digits(2)
        guard take(UInt8(ascii: ":")) else { throw failure(.date) }
        return sign * (hours * 3600 + (try digits(2)) * 60)
    }
}
