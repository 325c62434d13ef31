internal import Mail
package import NIOCore
internal import Wire

extension DateTime {
    /// Reads the date of a header: RFC 5322 §3.3 and §4.3, the forms of ctime(3) and ISO 8601, and most of what senders make
    /// of them. Nil where no day, month and year can be found.
    package init?(_ field: ByteBuffer) {
        var reader = FieldReader(Header.unfold(field))
        var parts = DateParts()
        var words = 0
        reader.skipComments()
        while !reader.isAtEnd, words < 20 {
            let word = reader.run(until: DateParts.separators)
            if word.isEmpty { reader.index += 1 } else { parts.take(Array(word)) }
            reader.skipComments()
            words += 1
        }
        guard let value = parts.dateTime else { return nil }
        self = value
    }

    package init?(_ text: String) { self.init(ByteBuffer(string: text)) }
}

/// What the words of a date have said so far. The first word that can be a thing is that thing.
private struct DateParts {
    static let separators = ByteClass(", \t(")

    private var day: Int?
    private var month: Int?
    private var year: Int?
    private var clock: (hour: Int, minute: Int, second: Int)?
    private var zone: Int?
    private var isAfternoon: Bool?

    var dateTime: DateTime? {
        guard let day, let month, let year, let date = CivilDate(year: year, month: month, day: day) else { return nil }
        var clock = clock ?? (0, 0, 0)
        if let isAfternoon, clock.hour <= 12 { clock.hour = clock.hour % 12 + (isAfternoon ? 12 : 0) }
        guard clock.hour < 24, clock.minute < 60, clock.second <= 60 else { return nil }
        let time = clock.hour * 3600 + clock.minute * 60 + min(clock.second, 59)
        let zone = zone ?? 0
        return DateTime(seconds: Int64(date.days * 86_400 + time - zone * 60), zone: zone)
    }

    mutating func take(_ word: [UInt8]) {
        guard let first = word.first else { return }
        if first == UInt8(ascii: "+") || first == UInt8(ascii: "-") {
            takeOffset(word)
        } else if word.contains(UInt8(ascii: ":")) {
            takeClock(word)
        } else if first.decimalValue != nil {
            takeNumbers(word)
        } else {
            takeName(word)
        }
    }

    private static func number(_ digits: some Collection<UInt8>) -> Int? {
        guard !digits.isEmpty, digits.count <= 4, digits.allSatisfy({ $0.decimalValue != nil }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 &- 0x30) }
    }

    /// `12`, `2026`, `12-Nov-2026`, `2026-11-12`, `20261112`, `2026-11-12T10`; also `11/12/2026`, taken as month/day.
    private mutating func takeNumbers(_ word: [UInt8]) {
        let pieces = word.split { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ".") }
        guard pieces.count == 3 else { return takeNumber(word) }
        let numbers = pieces.map { Self.number($0) }
        if numbers[1] == nil {
            takeNumber(Array(pieces[0]))
            takeName(Array(pieces[1]))
            takeNumber(Array(pieces[2]))
        } else if pieces[0].count == 4 {
            (year, month, day) = (numbers[0], numbers[1], numbers[2])
        } else if word.contains(UInt8(ascii: "/")) {
            (month, day) = (numbers[0], numbers[1])
            takeYear(Array(pieces[2]))
        } else {
            (day, month) = (numbers[0], numbers[1])
            takeYear(Array(pieces[2]))
        }
    }

    private mutating func takeNumber(_ word: [UInt8]) {
        guard let number = Self.number(word) else { return }
        if day == nil, word.count <= 2 { day = number } else if year == nil { takeYear(word) }
    }

    /// Two and three digits as RFC 5322 §4.3 wants them.
    private mutating func takeYear(_ word: [UInt8]) {
        guard year == nil, word.count >= 2, let number = Self.number(word) else { return }
        switch word.count {
        case 2: year = number < 50 ? number + 2000 : number + 1900
        case 3: year = number + 1900
        default: year = number
        }
    }

    /// `10:20`, `10:20:30`, with fractions, a zone or a date (ISO 8601) at it; `10:20PM`.
    private mutating func takeClock(_ word: [UInt8]) {
        var time = word[...]
        if let mark = time.firstIndex(where: { $0.uppercasedASCII == UInt8(ascii: "T") }), mark > time.startIndex {
            takeNumbers(Array(time[..<mark]))
            time = time[(mark + 1)...]
        }
        guard clock == nil else { return }
        let end = time.firstIndex { $0.decimalValue == nil && $0 != UInt8(ascii: ":") } ?? time.endIndex
        let pieces = time[..<end].split(separator: UInt8(ascii: ":"))
        let numbers = pieces.compactMap { Self.number($0) }
        guard numbers.count >= 2, numbers.count == pieces.count else { return }
        clock = (numbers[0], numbers[1], numbers.count > 2 ? numbers[2] : 0)
        let rest = time[end...].drop { $0.decimalValue != nil || $0 == UInt8(ascii: ".") }
        if !rest.isEmpty { take(Array(rest)) }
    }

    /// `+0100`, `-03:00`, `+1`.
    private mutating func takeOffset(_ word: [UInt8]) {
        let digits = word.dropFirst().filter { $0 != UInt8(ascii: ":") }
        guard zone == nil, let number = Self.number(digits) else { return }
        let minutes = digits.count <= 2 ? number * 60 : number / 100 * 60 + number % 100
        guard minutes < 1440 else { return }
        zone = word.first == UInt8(ascii: "-") ? -minutes : minutes
    }

    private mutating func takeName(_ word: [UInt8]) {
        let name = word.map(\.lowercasedASCII)
        if month == nil, name.count >= 3, let found = Self.index(of: name, in: DateTime.months) {
            month = found + 1
            return
        }
        switch Keyword(word.span) {
        case "AM": isAfternoon = false
        case "PM": isAfternoon = true
        case "UT", "GMT", "UTC", "Z": zone = zone ?? 0
        default: if let minutes = Self.zones[String(decoding: name, as: UTF8.self)] { zone = zone ?? minutes }
        }
    }

    private static func index(of name: [UInt8], in table: [String]) -> Int? {
        table.firstIndex { $0.utf8.elementsEqual(name.prefix(3)) { $0.lowercasedASCII == $1 } }
    }

    /// `obs-zone`, RFC 5322 §4.3, and those of Europe that are unambiguous.
    private static let zones = [
        "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420,
        "cet": 60, "cest": 120, "met": 60, "mest": 120, "eet": 120, "eest": 180, "wet": 0, "west": 60, "bst": 60, "jst": 540,
        "msk": 180,
    ]
}
