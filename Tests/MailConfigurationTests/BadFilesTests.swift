import Foundation
import Mail
import MailConfiguration
import Testing

/// One case of BadFiles; README.md there tells the forms.
struct BadFile: CustomTestStringConvertible, Sendable {
    let name: String
    let files: ConfigurationFiles
    let expected: URL

    var testDescription: String { name }

    private static let places = [
        "host": "malaposta.yaml", "tenant": "tenants/acme/tenant.yaml", "accounts": "tenants/acme/accounts.yaml",
        "domain": "tenants/acme/domains/acme.example.yaml", "directory": "tenants/acme/directory.yaml",
    ]

    static let all: [BadFile] = {
        let folder = TestTrees.badFiles
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0 != "base" && !$0.hasSuffix(".expected") && !$0.hasSuffix(".md") }.sorted().map { entry in
            let parts = entry.split(separator: ".").map(String.init)
            var files = TestTrees.base
            if parts.count == 3, let place = places[parts[1]] {
                files.contents[place] = (try? Data(contentsOf: folder.appending(path: entry))).map { [UInt8]($0) }
            } else {
                files.contents.merge(TestTrees.files(in: folder.appending(path: entry)).contents) { $1 }
                files.contents = files.contents.filter { !$0.value.isEmpty }
            }
            return BadFile(name: parts[0], files: files, expected: folder.appending(path: "\(parts[0]).expected"))
        }
    }()
}

@Suite("Bad files, each with its exact findings") struct BadFilesTests {
    @Test(arguments: BadFile.all)
    func says(bad: BadFile) throws {
        let (tree, diagnostics) = ConfigurationTree.read(bad.files)
        let text = diagnostics.map(\.description).joined(separator: "\n") + "\n"
        if ProcessInfo.processInfo.environment["RECORD_EXPECTED"] != nil {
            try Data(text.utf8).write(to: bad.expected)
        }
        #expect(tree == nil)
        #expect(try text == String(contentsOf: bad.expected, encoding: .utf8))
        for line in text.split(separator: "\n") where !line.hasPrefix("      = tenants") && line.hasPrefix(" ") {
            #expect(line.count <= 80, "a line of a finding fits a terminal")
        }
    }

    @Test func areMany() { #expect(BadFile.all.count >= 60) }

    @Test func baseIsGood() {
        let (tree, diagnostics) = ConfigurationTree.read(TestTrees.base)
        #expect(diagnostics.isEmpty)
        #expect(tree?.tenants.map(\.id.text) == ["acme", "casa"])
    }
}
