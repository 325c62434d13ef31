internal import FoundationEssentials

/// The sentences of notices in each language, read once from `templates/mail`.
package struct NoticeTexts: Sendable {
    package static let languages = ["en", "pt"]
    private let sections: [String: [String: String]]

    /// - Parameter folder: holds `notices.en.txt` and `notices.pt.txt`.
    /// - Throws: `NoticeTextsError` where a file cannot be read or lacks a section.
    package init(folder: String) throws(NoticeTextsError) {
        var sections: [String: [String: String]] = [:]
        for language in Self.languages {
            let path = "\(folder)/notices.\(language).txt"
            guard let octets = FileManager.default.contents(atPath: path) else {
                throw NoticeTextsError(path: path, problem: "cannot be read")
            }
            let found = Self.sections(String(decoding: octets, as: UTF8.self))
            if let missing = Self.wanted.first(where: { found[$0] == nil }) {
                throw NoticeTextsError(path: path, problem: "has no section [\(missing)]")
            }
            sections[language] = found
        }
        self.sections = sections
    }

    /// A section with its placeholders replaced; English where the language is not known.
    func text(_ name: String, _ language: String, _ values: [String: String] = [:]) -> String {
        let template = (sections[language] ?? sections["en"])?[name] ?? ""
        return Self.filled(template, values)
    }

    /// The sentence for a status; nil where there is none of its own.
    func reason(_ status: String, _ language: String) -> String? { (sections[language] ?? sections["en"])?["reason.\(status)"] }

    private static let wanted =
        ["failure.subject", "failure.text", "success.subject", "success.text"]
        + ["5.1.1", "5.2.1", "5.2.2", "4.4.7", "2.0.0"].map { "reason.\($0)" }

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
