import Mail
import TestSupport
import Testing

@testable import Store

@Suite("Any text is a search") struct MutationTests {
    private static let mutated = Mutation(pieces: [
        "\"", "“", "„", "”", "*", "**", "-", "--", " OR ", "OR", " ", "\u{a0}", "\0", ":", "(", ")", "^", "NEAR(", " AND NOT ",
        "body :",
        "é", "中文", "\u{301}", "'", ";", "a", "inv*",
    ])

    private static let texts = [
        "invoice march", "invoice OR bill OR receipt", "\"annual report\" -draft", "repor* -\"not this\"", "-spam", "中文 OR 日本",
        "OR", "a OR", "\"open", "- x", "word\"joined\"word",
    ]

    /// The index understands whatever comes of it, and what is excluded is never found.
    @Test func theIndexUnderstandsIt() async throws {
        let test = try TestStore()
        let account = try await test.account()
        let inbox = try await account.folder(.inbox).id
        let messages = ["invoice march", "annual report", "中文 receipt"].map { Sample.message(subject: $0) }
        _ = try await account.append(messages, to: inbox)
        for await var random in MutationRun("search texts", fixed: 1...10) {
            for _ in 0..<50 {
                let text = Self.mutated(Self.texts.randomElement(using: &random) ?? "", using: &random)
                let search = SearchText(text)
                #expect(search.groups.allSatisfy { !$0.isEmpty }, "\(text.debugDescription)")
                #expect(search.groups.joined().count + search.excluded.count <= 50, "\(text.debugDescription)")
                do { _ = try await account.find(text, in: .folder(inbox), limit: 10) } catch {
                    Issue.record("\(error): \(text.debugDescription)")
                }
            }
        }
    }
}
