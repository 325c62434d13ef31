internal import Mail

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
        let (date, time) = CivilDate.split(seconds + Int64(zone) * 60)
        let weekday = Self.weekdays[date.weekday]
        let clock = [time / 3600, time / 60 % 60, time % 60].map(Self.twoDigits).joined(separator: ":")
        let sign = zone < 0 ? "-" : "+"
        let offset = Self.twoDigits(abs(zone) / 60) + Self.twoDigits(abs(zone) % 60)
        return "\(weekday), \(date.day) \(Self.months[date.month - 1]) \(date.year) \(clock) \(sign)\(offset)"
    }

    private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
