package import Mail

extension CivilDate {
    /// `date-time`, RFC 3339 §5.6, in UTC: `2026-11-24T02:30:00Z`.
    package static func internetTime(_ seconds: Int64) -> String {
        let (date, time) = dateAndClock(seconds)
        return "\(padded(date.year, 4))-\(padded(date.month))-\(padded(date.day))T\(time)Z"
    }

    /// `date-time`, RFC 5322 §3.3, in UTC: `Tue, 24 Nov 2026 02:30:00 +0000`.
    package static func mailTime(_ seconds: Int64) -> String {
        let (date, time) = dateAndClock(seconds)
        let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        return "\(weekdays[date.weekday]), \(date.day) \(months[date.month - 1]) \(date.year) \(time) +0000"
    }

    private static func dateAndClock(_ seconds: Int64) -> (CivilDate, String) {
        let (date, time) = split(seconds)
        return (date, "\(padded(time / 3600)):\(padded(time / 60 % 60)):\(padded(time % 60))")
    }

    private static func padded(_ number: Int, _ width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
