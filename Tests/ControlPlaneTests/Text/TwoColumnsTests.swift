import Testing

@testable import ControlPlane

@Suite("Text for terminals of 80 columns") struct TwoColumnsTests {
    @Test(arguments: [
        ("", 10, [""]), ("one two", 10, ["one two"]), ("one two three", 7, ["one two", "three"]),
        ("unbreakable words", 5, ["unbreakable", "words"]), ("a  b", 10, ["a  b"]),
    ])
    func breaks(text: String, room: Int, lines: [String]) { #expect(TwoColumns.broken(text, room) == lines) }

    @Test func goesOnBelowItself() {
        var table = TwoColumns(titleWidth: 8)
        table.add("title", String(repeating: "word ", count: 20) + "end")
        #expect(table.lines.count == 2)
        #expect(table.lines[0].hasPrefix("  title   word") && table.lines[1].hasPrefix("          word"))
        #expect(table.lines.allSatisfy { $0.count <= 80 })
    }
}
