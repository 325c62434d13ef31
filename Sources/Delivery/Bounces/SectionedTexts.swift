internal import FoundationEssentials

/// Sentences of mails in each language, read once from `templates/mail`: sections with a name in brackets above each.
package struct SectionedTexts: Sendable {
    package static let languages = ["en", "pt"]
    private let sections: [String: [String: String]]

    /// - Parameters:
    ///   - folder: holds `<name>.en.txt` and `<name>.pt.txt`.
    ///   - wanted: sections that each file must have.
    /// - Throws: `NoticeTextsError` where a file cannot be read or lacks a section.
    package init(folder: String, name: String, wanted: [String]) throws(NoticeTextsError) {
        var sections: [String: [String: String]] = [:]
        for language in Self.languages {
            let path = "\(folder)/\(name).\(language).txt"
            guard let octets = FileManager.default.contents(atPath: path) else {
                throw NoticeTextsError(path: path, problem: "cannot be read")
            }
            let found = Self.sections(String(decoding: octets, as: UTF8.self))
            if let missing = wanted.first(where: { found[$0] == nil }) {
                throw NoticeTextsError(path: path, problem: "has no section [\(missing)]")
            }
            sections[language] = found
        }
        self.sections = sections
    }

    /// A section with its placeholders replaced; English where the language is not known.
    package func text(_ name: String, _ language: String, _ values: [String: String] = [:]) -> String {
        Self.filled(found(name, language) ?? "", values)
    }

    /// A section as it stands; nil where there is none.
    package func found(_ name: String, _ language: String) -> String? { (sections[language] ?? sections["en"])?[name] }

    private static func sections(_ text: String) -> [String: String] {
        var sections: [String: [Substring]] = [:]
        var name: String?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("["), line.hasSuffix("]") {
                name = String(line.dropFirst().dropLast())
            } else if let name {
                sections[name, default: []].append(line)
            }
        }
        return sections.mapValues { lines in
            var lines = lines[...]
            while lines.last?.isEmpty == true { lines.removeLast() }
            return lines.joined(separator: "\n")
        }
    }

    /// In one pass, so that what is put in is never taken for a placeholder.
    private static func filled(_ template: String, _ values: [String: String]) -> String {
        var result = ""
        var rest = template[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            let name = String(rest[rest.index(after: open)..<close])
            result += rest[..<open]
            result += values[name] ?? String(rest[open...close])
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }
}

package struct NoticeTextsError: Error, Hashable, Sendable, CustomStringConvertible {
    package let path: String
    package let problem: String

    package var description: String { "\(path) \(problem); the templates come with the program" }
}
