/// The sentences of notices in each language.
package struct NoticeTexts: Sendable {
    private let texts: SectionedTexts

    /// - Parameter folder: holds `notices.en.txt` and `notices.pt.txt`.
    /// - Throws: `NoticeTextsError` where a file cannot be read or lacks a section.
    package init(folder: String) throws(NoticeTextsError) {
        texts = try SectionedTexts(folder: folder, name: "notices", wanted: Self.wanted)
    }

    /// A section with its placeholders replaced; English where the language is not known.
    func text(_ name: String, _ language: String, _ values: [String: String] = [:]) -> String {
        texts.text(name, language, values)
    }

    /// The sentence for a status; nil where there is none of its own.
    func reason(_ status: String, _ language: String) -> String? { texts.found("reason.\(status)", language) }

    private static let wanted =
        ["failure.subject", "failure.text", "success.subject", "success.text"]
        + ["5.1.1", "5.2.1", "5.2.2", "4.4.7", "2.0.0"].map { "reason.\($0)" }
}
