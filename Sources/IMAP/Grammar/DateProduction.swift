package import Mail
internal import Wire

extension CommandReader {
    /// `date`, RFC 9051 §9: `1-Feb-1994`, in quotes or without.
    package mutating func date() throws(SyntaxError) -> CivilDate {
        let start = self
        let isQuoted = take(.quote)
        guard let day = oneOrTwoDigits(), let date = monthAndYear(day: day), !isQuoted || take(.quote) else {
            throw start.failure(.date)
        }
        return date
    }

    mutating func oneOrTwoDigits() -> Int? {
        guard let first = digit() else { return nil }
        guard let second = digit() else { return Int(first) }
        return Int(first) * 10 + Int(second)
    }

    mutating func digits(_ count: Int) -> Int? {
        var number = 0
        for _ in 0..<count {
            guard let digit = digit() else { return nil }
            number = number * 10 + Int(digit)
        }
        return number
    }

    /// `"-" date-month "-" date-year`.
    mutating func monthAndYear(day: Int) -> CivilDate? {
        guard take(UInt8(ascii: "-")), let name = Keyword(run(of: .letter)), take(UInt8(ascii: "-")), let year = digits(4),
            let month = Self.monthNames.firstIndex(of: name), year > 0
        else { return nil }
        return CivilDate(year: year, month: month + 1, day: day)
    }

    private static let monthNames: [Keyword] = [
        "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
    ]
}
