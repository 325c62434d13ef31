/// `date-time`, RFC 5322 §3.3: a moment and the zone it was written in.
package struct DateTime: Sendable, Hashable {
    /// Since 1970-01-01 00:00 UTC.
    package let seconds: Int64
    /// Minutes east of UTC.
    package let zone: Int

    package init(seconds: Int64, zone: Int = 0) {
        self.seconds = seconds
        self.zone = max(-1439, min(1439, zone))
    }

    /// As a header field has it: `Tue, 24 Nov 2026 02:13:13 +0100`.
    package var description: String {
        let local = seconds + Int64(zone) * 60
        let day = local.flooredQuotient(86_400)
        let time = Int(local - day * 86_400)
        let date = CivilDate(day: day)
        let weekday = Self.weekdays[Int((day + 4) - (day + 4).flooredQuotient(7) * 7)]
        let clock = [time / 3600, time / 60 % 60, time % 60].map(Self.twoDigits).joined(separator: ":")
        let sign = zone < 0 ? "-" : "+"
        let offset = Self.twoDigits(abs(zone) / 60) + Self.twoDigits(abs(zone) % 60)
        return "\(weekday), \(date.day) \(Self.months[date.month - 1]) \(date.year) \(clock) \(sign)\(offset)"
    }

    private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}

/// A day of the proleptic Gregorian calendar.
struct CivilDate: Hashable {
    var year: Int
    var month: Int
    var day: Int

    init?(year: Int, month: Int, day: Int) {
        guard (1...12).contains(month), day >= 1, day <= Self.days(of: month, in: year) else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
    }

    /// - Parameter day: days since 1970-01-01. Eras of 400 years, months counted from March.
    init(day: Int64) {
        let shifted = day + 719_468
        let era = shifted.flooredQuotient(146_097)
        let dayOfEra = Int(shifted - era * 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let march = (5 * dayOfYear + 2) / 153
        self.day = dayOfYear - (153 * march + 2) / 5 + 1
        month = march < 10 ? march + 3 : march - 9
        year = yearOfEra + Int(era) * 400 + (month <= 2 ? 1 : 0)
    }

    /// Days since 1970-01-01.
    var epochDay: Int64 {
        let year = Int64(month <= 2 ? self.year - 1 : self.year)
        let era = year.flooredQuotient(400)
        let yearOfEra = year - era * 400
        let dayOfYear = Int64((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1)
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func days(of month: Int, in year: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }
}

extension Int64 {
    func flooredQuotient(_ divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}
