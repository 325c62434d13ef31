import Foundation
import NIOCore
import Testing

@testable import Webmail

@Suite("Templates") struct TemplateTests {
    private func render(_ source: String, _ fields: Fields, partials: [String: String] = [:]) throws -> String {
        let reader = TemplateReader(
            sources: partials.merging(["page": source]) { $1 }, constants: ["t.hi": "Hi & <b>", "assets": "/a"])
        var renderer = TemplateRenderer(fields)
        renderer.write(try reader.template(named: "page").pieces)
        return String(buffer: renderer.output)
    }

    @Test(arguments: [
        ("a{{x}}b", "a1 &lt; &#39;2&#39; &amp; &quot;3&quot;b"), ("{{missing}}", ""),
        ("{{t.hi}}{{assets}}", "Hi &amp; &lt;b&gt;/a"),
        ("{{#x}}y{{/x}}{{^x}}n{{/x}}", "y"), ("{{#none}}y{{/none}}{{^none}}n{{/none}}", "n"),
        ("{{#empty}}y{{/empty}}{{^empty}}n{{/empty}}", "n"),
        ("{{#no}}y{{/no}}{{^no}}n{{/no}}", "n"),
        ("{{#list}}{{name}}{{x}};{{/list}}", "a1 &lt; &#39;2&#39; &amp; &quot;3&quot;;b!;"),
        ("{{#texts}}[{{.}}]{{/texts}}", "[p][q&gt;]"), ("{{me.name}}", "Ana"), ("{{#me}}{{name}}{{/me}}", "Ana"), ("{{n}}", "7"),
        ("{{#bare}}y{{/bare}}", ""), ("{{>part}}", "part of Ana"), ("", ""),
    ])
    func renders(source: String, expected: String) throws {
        let fields: Fields = [
            "x": "1 < '2' & \"3\"", "no": false, "empty": "", "n": 7, "bare": [Fields](), "texts": ["p", "q>"],
            "list": [["name": "a"], ["name": "b", "x": "!"]] as [Fields], "me": ["name": "Ana"] as Fields,
        ]
        #expect(try render(source, fields, partials: ["part": "part of {{me.name}}"]) == expected)
    }

    @Test(arguments: [
        "{{#a}}", "{{/a}}", "{{#a}}{{/b}}", "{{a", "{{>none}}", "{{{raw}}}", "{{}}", "{{t.none}}", "{{>page}}", "{{&a}}",
    ])
    func refuses(source: String) { #expect(throws: TemplateError.self) { try render(source, [:]) } }
}

@Suite("Languages") struct LanguageTests {
    private func texts(_ code: String) throws -> [String: String] {
        let octets = try Data(contentsOf: URL(filePath: "\(TestSite.templates)/locales/\(code).json"))
        return try JSONDecoder().decode([String: String].self, from: octets)
    }

    @Test func bothSayEverything() throws {
        let (english, portuguese) = (try texts("en"), try texts("pt"))
        #expect(Set(english.keys) == Set(portuguese.keys))
        // What is the same in both languages is so on purpose.
        let same = english.filter { $0.value == portuguese[$0.key] }.keys.sorted()
        #expect(same == ["bcc", "cc", "spam"], "\(same)")
        for (key, text) in english {
            func places(_ text: String) -> [String] { text.matches(of: /\{\w+\}/).map { String($0.0) }.sorted() }
            #expect(places(text) == places(portuguese[key] ?? ""), "\(key)")
        }
    }

    /// Every key that a page or a script names is there, and none is there for nobody.
    @Test func everyKeyIsUsed() throws {
        let english = try texts("en")
        let root = URL(filePath: TestSite.templates).deletingLastPathComponent()
        var sources = ""
        for folder in ["templates/web", "templates/assets", "Sources/Webmail"] {
            let files = try #require(FileManager.default.enumerator(atPath: root.appending(path: folder).path()))
            for case let file as String in files
            where ["mustache", "js", "swift"].contains(file.split(separator: ".").last ?? "") {
                sources += try String(contentsOf: root.appending(path: "\(folder)/\(file)"), encoding: .utf8)
            }
        }
        let made = ["color_", "empty_", "ended_", "h_", "key_", "sort_", "x_", "theme_", "images_"]
        let unused = english.keys.filter { key in
            let base = key.replacing(/_(one|many)$/, with: "")
            return !sources.contains(key) && !sources.contains("\"\(base)\"") && !made.contains { key.hasPrefix($0) }
                && SpecialUseNames.all.contains(key) == false
        }
        #expect(unused.sorted() == [])
    }

    private enum SpecialUseNames { static let all: Set<String> = ["inbox", "drafts", "sent", "templates", "spam", "trash"] }
}
