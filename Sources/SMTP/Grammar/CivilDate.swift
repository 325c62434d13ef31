/// A day of the Gregorian calendar.
package struct CivilDate: Hashable, Sendable {
    package let year: Int
    /// 1 through 12.
    package let month: Int
    /// 1 through 31.
    package let day: Int

    package init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// The day that is `days` after 1970-01-01.
    package init(days: Int64) {
        // Years begin in March here, so that the day that leap years add is the last one; an era is 400 years.
        let shifted = Int(days) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let ofEra = shifted - era * 146_097
        let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let fromMarch = (5 * ofYear + 2) / 153
        day = ofYear - (153 * fromMarch + 2) / 5 + 1
        month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Days since 1970-01-01.
    package var days: Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let ofEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + ofYear
        return Int64(era * 146_097 + ofEra - 719_468)
    }

    /// 0 is Sunday.
    package var weekday: Int { Int(((days + 4) % 7 + 7) % 7) }
}

extension CivilDate {
    /// `date-time`, RFC 3339 §5.6, in UTC: `2026-11-24T02:30:00Z`.
    package static func internetTime(_ seconds: Int64) -> String {
        let (date, time) = split(seconds)
        return "\(padded(date.year, 4))-\(padded(date.month))-\(padded(date.day))T\(time)Z"
    }

    /// `date-time`, RFC 5322 §3.3, in UTC: `Tue, 24 Nov 2026 02:30:00 +0000`.
    package static func mailTime(_ seconds: Int64) -> String {
        let (date, time) = split(seconds)
        let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        return "\(weekdays[date.weekday]), \(date.day) \(months[date.month - 1]) \(date.year) \(time) +0000"
    }

    private static func split(_ seconds: Int64) -> (CivilDate, String) {
        let days = seconds >= 0 ? seconds / 86400 : (seconds - 86399) / 86400
        let time = Int(seconds - days * 86400)
        return (CivilDate(days: days), "\(padded(time / 3600)):\(padded(time / 60 % 60)):\(padded(time % 60))")
    }

    private static func padded(_ number: Int, _ width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
