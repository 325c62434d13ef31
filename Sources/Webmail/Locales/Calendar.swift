/// Days and times as a person in one zone and language reads them.
package struct CivilClock: Sendable {
    /// Seconds east of Greenwich at a moment, in seconds since 1970.
    let offset: @Sendable (Int64) -> Int
    let words: Words
    /// Seconds since 1970.
    let now: Int64
    private let today: CivilMoment

    package init(words: Words, now: Int64, offset: @escaping @Sendable (Int64) -> Int = { _ in 0 }) {
        self.words = words
        self.now = now
        self.offset = offset
        today = CivilMoment(now + Int64(offset(now)))
    }

    /// The time today, day and month this year, else with the year.
    package func short(_ seconds: Int64) -> String {
        let moment = local(seconds)
        if moment.day == today.day { return moment.time }
        return moment.year == today.year ? dayAndMonth(moment) : "\(dayAndMonth(moment)) \(moment.year)"
    }

    /// For the open message: `Today, 13:07`, `22 Nov, 09:20`.
    package func long(_ seconds: Int64) -> String {
        let moment = local(seconds)
        let day =
            switch today.day - moment.day {
            case 0: words["today"]
            case 1: words["yesterday"]
            default: moment.year == today.year ? dayAndMonth(moment) : "\(dayAndMonth(moment)) \(moment.year)"
            }
        return "\(day), \(moment.time)"
    }

    /// `Tuesday, 24 November 2026, 14:32` (F31).
    package func full(_ seconds: Int64) -> String {
        let moment = local(seconds)
        let weekday = name(moment.weekday, of: words.weekdays)
        let month = name(moment.month - 1, of: words.months)
        return words(
            "full_date",
            ["weekday": weekday, "day": "\(moment.dayOfMonth)", "month": month, "year": "\(moment.year)", "time": moment.time])
    }

    /// `2026-11-24T14:32:05Z`.
    package func iso(_ seconds: Int64) -> String {
        let moment = CivilMoment(seconds)
        let (month, day) = (CivilMoment.two(moment.month), CivilMoment.two(moment.dayOfMonth))
        return "\(moment.year)-\(month)-\(day)T\(moment.time):\(CivilMoment.two(Int(moment.second)))Z"
    }

    /// Under which heading a date stands in a list: a key for the next page to go on with, and its text.
    package func group(_ seconds: Int64) -> (key: String, name: String) {
        let moment = local(seconds)
        // Weeks begin on Monday (ISO 8601).
        let monday = today.day - Int64((today.weekday + 6) % 7)
        switch moment.day {
        case today.day...: return ("today", words["today"])
        case today.day - 1: return ("yesterday", words["yesterday"])
        case monday...: return ("week", words["this_week"])
        case (monday - 7)...: return ("last-week", words["last_week"])
        default: break
        }
        let month = name(moment.month - 1, of: words.months)
        let shown = moment.year == today.year ? month : "\(month) \(moment.year)"
        return ("\(moment.year)-\(moment.month)", shown.prefix(1).uppercased() + shown.dropFirst())
    }

    /// Hours and minutes.
    package func time(_ seconds: Int64) -> String { local(seconds).time }

    func moment(_ seconds: Int64) -> CivilMoment { local(seconds) }

    private func local(_ seconds: Int64) -> CivilMoment { CivilMoment(seconds + Int64(offset(seconds))) }

    private func dayAndMonth(_ moment: CivilMoment) -> String {
        "\(moment.dayOfMonth) \(name(moment.month - 1, of: words.shortMonths))"
    }

    private func name(_ index: Int, of names: [String]) -> String { names.indices.contains(index) ? names[index] : "" }
}

/// A moment in the proleptic Gregorian calendar.
struct CivilMoment {
    /// Days since 1970-01-01.
    let day: Int64
    let year: Int
    /// 1 through 12.
    let month: Int
    let dayOfMonth: Int
    let minutes: Int64
    let second: Int64

    init(_ seconds: Int64) {
        // Dates of mail are whatever their senders say; the calendar is kept within years that can be written.
        let seconds = max(-62_135_596_800, min(253_402_300_799, seconds))
        day = Int64((Double(seconds) / 86_400).rounded(.down))
        minutes = (seconds - day * 86_400) / 60
        second = (seconds - day * 86_400) % 60
        // The era-based algorithm of calendars that begin their year in March.
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let march = (5 * dayOfYear + 2) / 153
        dayOfMonth = Int(dayOfYear - (153 * march + 2) / 5 + 1)
        month = Int(march < 10 ? march + 3 : march - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
    }

    /// 0 is Sunday.
    var weekday: Int { Int(((day + 4) % 7 + 7) % 7) }

    var time: String { "\(Self.two(Int(minutes / 60))):\(Self.two(Int(minutes % 60)))" }

    static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
