internal import FoundationEssentials

/// The texts of one language, from its file in `locales`.
package struct Words: Sendable {
    /// `en`.
    package let language: String
    /// The language's own name.
    package let name: String
    package let texts: [String: String]
    /// From January, and from Sunday.
    let months, shortMonths, weekdays: [String]

    package init(language: String, texts: [String: String]) {
        self.language = language
        self.texts = texts
        name = texts["language_name"] ?? language
        func list(_ key: String) -> [String] { texts[key]?.split(separator: " ").map(String.init) ?? [] }
        (months, shortMonths, weekdays) = (list("months"), list("short_months"), list("weekdays"))
    }

    /// The text of that key; the key itself where it is missing, which a test keeps from happening.
    package subscript(_ key: String) -> String { texts[key] ?? key }

    /// The text with each `{name}` replaced that there is a value for.
    package func callAsFunction(_ key: String, _ values: KeyValuePairs<String, String>) -> String {
        Self.filled(self[key], values)
    }

    private static func filled(_ text: String, _ values: KeyValuePairs<String, String>) -> String {
        var result = ""
        var rest = text[...]
        while let start = rest.utf8.firstIndex(of: UInt8(ascii: "{")),
            let end = rest[start...].utf8.firstIndex(of: UInt8(ascii: "}"))
        {
            let name = rest[rest.utf8.index(after: start)..<end]
            result += rest[..<start]
            result += values.first { $0.key == name }?.value ?? String(rest[start...end])
            rest = rest[rest.utf8.index(after: end)...]
        }
        return result + rest
    }

    /// The text of `key_one` for 1, of `key_many` for others, with `{n}` and each `{name}` replaced.
    package func counted(_ key: String, _ count: Int, _ values: KeyValuePairs<String, String> = [:]) -> String {
        Self.filled(self(count == 1 ? "\(key)_one" : "\(key)_many", ["n": number(count)]), values)
    }

    /// With the language's thousands separator: `4,318`.
    package func number(_ number: Int) -> String {
        var digits = String(abs(number))
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        groups.insert(digits, at: 0)
        return (number < 0 ? "-" : "") + groups.joined(separator: self["thousands"])
    }

    /// `1.2 MB`, with the language's decimal separator.
    package func size(_ octets: Int) -> String {
        let units = ["B", "KB", "MB", "GB", "TB"]
        var value = Double(max(0, octets))
        var unit = 0
        while value >= 999.5, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        guard unit > 1, value < 99.95 else { return "\(Int(value.rounded(.up))) \(units[unit])" }
        let tenths = Int((value * 10).rounded())
        guard tenths % 10 != 0 else { return "\(tenths / 10) \(units[unit])" }
        return "\(tenths / 10)\(self["decimal"])\(tenths % 10) \(units[unit])"
    }
}

/// All languages that there is a file for.
package struct Languages: Sendable {
    package let all: [Words]
    private let byCode: [String: Words]
    private let fallback: Words

    /// - Parameter folder: the templates' folder, with `locales` in it: a JSON file of texts for each language.
    package init(folder: String) throws(WebStartError) {
        let path = "\(folder)/locales"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path))?.filter { $0.hasSuffix(".json") } ?? []
        var all: [Words] = []
        for name in names.sorted() {
            guard let octets = FileManager.default.contents(atPath: "\(path)/\(name)"),
                let texts = try? JSONDecoder().decode([String: String].self, from: octets)
            else { throw WebStartError("the file \(path)/\(name) is not a JSON object of texts") }
            all.append(Words(language: String(name.dropLast(5)), texts: texts))
        }
        guard let english = all.first(where: { $0.language == "en" }) else {
            throw WebStartError("the file \(path)/en.json is missing")
        }
        for words in all {
            let missing = Set(english.texts.keys).symmetricDifference(words.texts.keys).sorted()
            guard missing.isEmpty else {
                throw WebStartError("\(path)/\(words.language).json and en.json differ in \(missing.joined(separator: ", "))")
            }
        }
        self.all = all
        fallback = english
        byCode = Dictionary(all.map { ($0.language, $0) }) { first, _ in first }
    }

    package func words(_ code: String?) -> Words? { code.flatMap { byCode[$0] } }

    /// The language that a browser asks for (RFC 9110 §12.5.4), English where none fits.
    package func words(accepting header: String?) -> Words {
        let wishes = (header ?? "").prefix(500).split(separator: ",").compactMap { part -> (String, Double)? in
            let pieces = part.split(separator: ";").map { $0.filter { $0 != " " } }
            guard let range = pieces.first else { return nil }
            let quality = pieces.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            return (String(range.split(separator: "-").first ?? "").lowercased(), quality)
        }
        // A stable order, so that of equal wishes the first one counts.
        let best = wishes.enumerated().filter { byCode[$0.element.0] != nil && $0.element.1 > 0 }
            .max { ($0.element.1, -$0.offset) < ($1.element.1, -$1.offset) }
        return best.flatMap { byCode[$0.element.0] } ?? fallback
    }
}
