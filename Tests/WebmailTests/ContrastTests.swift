import Foundation
import Testing

@Suite("Contrast of what must be read, WCAG 2.2 §1.4.3") struct ContrastTests {
    /// Text and what it stands on.
    static let pairs = [
        ("ink", "ground"), ("ink", "panel"), ("ink", "raised"), ("ink", "soft"), ("second", "ground"), ("second", "panel"),
        ("second", "raised"), ("second", "soft"), ("preview", "panel"), ("preview", "soft"), ("on-accent", "accent"),
        ("accent-text", "soft"),
        ("accent-text", "panel"), ("accent-text", "ground"), ("unread", "panel"), ("danger", "panel"), ("fine", "panel"),
        ("on-notice", "notice"),
    ]

    @Test(arguments: ["light", "dark"]) func holds(theme: String) throws {
        let css = try String(contentsOfFile: TestSite.templates + "/assets/base.css", encoding: .utf8)
        let start = try #require(css.range(of: theme == "light" ? ":root{" : ":root[data-theme=dark]{"))
        let values = css[start.upperBound...].prefix { $0 != "}" }
        for (text, ground) in Self.pairs {
            let ratio = try contrast(color(text, values), color(ground, values))
            #expect(ratio >= 4.5, "\(text) on \(ground), \(theme): \(ratio)")
        }
    }

    private func color(_ name: String, _ values: Substring) throws -> [Double] {
        let start = try #require(values.range(of: "--\(name):#"))
        let number = try #require(Int(values[start.upperBound...].prefix(6), radix: 16))
        return [number >> 16, number >> 8 & 255, number & 255].map { part in
            let value = Double(part) / 255
            return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
        }
    }

    private func contrast(_ left: [Double], _ right: [Double]) -> Double {
        let lights = [left, right].map { 0.2126 * $0[0] + 0.7152 * $0[1] + 0.0722 * $0[2] }.sorted()
        return (lights[1] + 0.05) / (lights[0] + 0.05)
    }
}
