internal import Wire

/// A day of the Gregorian calendar.
package struct CalendarDay: Hashable, Sendable {
    package let year: Int
    /// 1 through 12.
    package let month: Int
    /// 1 through 31.
    package let day: Int

    /// Nil for a day that no month has.
    package init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1 else { return nil }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard day <= lengths[month - 1] else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
    }

    /// From days since 1970-01-01.
    init(days: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Days since 1970-01-01.
    package var days: Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    static let monthNames: [Keyword] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
}

extension CommandReader {
    /// `date`, RFC 9051 §9: `1-Feb-1994`, in quotes or without.
    package mutating func date() throws(SyntaxError) -> CalendarDay {
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
    mutating func monthAndYear(day: Int) -> CalendarDay? {
        guard take(UInt8(ascii: "-")), let name = Keyword(run(of: .letter)), take(UInt8(ascii: "-")), let year = digits(4),
            let month = CalendarDay.monthNames.firstIndex(of: name)
        else { return nil }
        return CalendarDay(year: year, month: month + 1, day: day)
    }
}
