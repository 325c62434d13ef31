/// Days and minutes as plans and commands show them.
package enum CalendarDay {
    /// The UTC day of a moment in seconds since 1970: `2027-01-09`.
    package static func text(_ seconds: Int64) -> String {
        // Days counted from 0000-03-01, so that a leap day is the last of its year.
        let days = seconds.dividedFloor(by: 86_400) + 719_468
        let era = days.dividedFloor(by: 146_097)
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let day = dayOfYear - (153 * shifted + 2) / 5 + 1
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }

    /// The UTC minute: `2027-01-09 08:30`.
    package static func minute(_ seconds: Int64) -> String {
        let second = seconds - seconds.dividedFloor(by: 86_400) * 86_400
        return "\(text(seconds)) \(padded(second / 3_600, 2)):\(padded(second / 60 % 60, 2))"
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension Int64 {
    fileprivate func dividedFloor(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}
