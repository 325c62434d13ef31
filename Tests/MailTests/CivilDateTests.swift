import Mail
import Testing

@Suite("Days of the Gregorian calendar") struct CivilDateTests {
    @Test(arguments: [
        (0, 1970, 1, 1, 4), (-1, 1969, 12, 31, 3), (11_016, 2000, 2, 29, 2), (20_781, 2026, 11, 24, 2), (-719_468, 0, 3, 1, 3),
        (-719_162, 1, 1, 1, 1), (2_932_896, 9999, 12, 31, 5),
    ])
    func knows(days: Int, year: Int, month: Int, day: Int, weekday: Int) throws {
        let date = try #require(CivilDate(year: year, month: month, day: day))
        #expect(date.days == days)
        #expect(CivilDate(days: days) == date)
        #expect(date.weekday == weekday)
    }

    @Test(arguments: [(2023, 2, 29), (1900, 2, 29), (2024, 4, 31), (2024, 13, 1), (2024, 0, 1), (2024, 1, 0), (2024, 1, 32)])
    func refuses(year: Int, month: Int, day: Int) { #expect(CivilDate(year: year, month: month, day: day) == nil) }

    @Test(arguments: [(Int64(0), 0, 0), (86_399, 0, 86_399), (86_400, 1, 0), (-1, -1, 86_399), (-86_400, -1, 0)])
    func splitsMoments(seconds: Int64, days: Int, secondOfDay: Int) {
        let split = CivilDate.split(seconds)
        #expect(split.date.days == days && split.secondOfDay == secondOfDay)
    }

    @Test func goesThroughEveryDayOfFourCenturies() {
        var previous = CivilDate(days: -150_000)
        for days in -149_999..<0 {
            let date = CivilDate(days: days)
            #expect(date.days == days)
            #expect((date.year, date.month, date.day) > (previous.year, previous.month, previous.day))
            #expect(date.weekday == (previous.weekday + 1) % 7)
            previous = date
        }
    }
}
