import NIOCore
import Testing

@testable import Webmail

@Suite("Sentences, dates and escaping") struct WordsTests {
    private static let words = Words(
        language: "en",
        texts: [
            "plain": "Moved", "one": "to {who}", "two": "{n} of {total}, {n}", "open": "a { b", "close": "} {x}", "empty": "",
            "files_one": "{n} file, {size}", "files_many": "{n} files, {size}", "thousands": ",",
        ])

    @Test(arguments: [
        ("plain", "Moved"), ("one", "to {n}"), ("two", "3 of {total}, 3"), ("open", "a { b"), ("close", "} {x}"), ("empty", ""),
        ("missing", "missing"),
    ])
    func putsValuesInTheirPlaces(key: String, expected: String) {
        // What a value holds is no place for another one.
        #expect(Self.words(key, ["who": "{n}", "n": "3"]) == expected)
    }

    @Test(arguments: [(1, "1 file, 2 KB"), (0, "0 files, 2 KB"), (1_234_567, "1,234,567 files, 2 KB")])
    func counts(number: Int, expected: String) {
        #expect(Self.words.counted("files", number, ["size": "2 KB"]) == expected)
    }

    /// 24 November 2026, 14:32:05 UTC, a Tuesday.
    private static let now: Int64 = 1_795_530_725

    @Test(arguments: [
        ("en", 0, "14:32", "Tuesday, 24 November 2026, 14:32", "2026-11-24T14:32:05Z", "today"),
        ("pt", -86_400, "23 nov", "segunda-feira, 23 de novembro de 2026, 14:32", "2026-11-23T14:32:05Z", "yesterday"),
        ("en", -6 * 86_400, "18 Nov", "Wednesday, 18 November 2026, 14:32", "2026-11-18T14:32:05Z", "last-week"),
        ("pt", -400 * 86_400, "20 out 2025", "segunda-feira, 20 de outubro de 2025, 14:32", "2025-10-20T14:32:05Z", "2025-10"),
    ])
    func datesAreReadInTheirLanguage(
        language: String, ago: Int64, short: String, full: String, iso: String, group: String
    ) throws {
        let words = try #require(try Languages(folder: TestSite.templates).words(language))
        let clock = CivilClock(words: words, now: Self.now)
        let moment = Self.now + ago
        #expect([clock.short(moment), clock.full(moment), clock.iso(moment)] == [short, full, iso])
        #expect(clock.group(moment).key == group)
    }

    @Test(arguments: [
        ("", ""), ("<", "&lt;"), ("\"a\"", "&quot;a&quot;"), ("é<ç>&", "é&lt;ç&gt;&amp;"), ("it's", "it&#39;s"), ("שלום", "שלום"),
        ("a\u{0}b", "a\u{0}b"), ("<<>>", "&lt;&lt;&gt;&gt;"),
    ])
    func escapes(text: String, expected: String) { #expect(HTMLEscape.escaped(text) == expected) }
}
