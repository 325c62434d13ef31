import Foundation
import MailConfiguration
import Testing

@Suite("JSON Schema of the files") struct SchemaTests {
    private struct Failure: Error {}

    private func object(_ kind: FileKind) throws -> [String: Any] {
        let text = Data(kind.jsonSchema.description.utf8)
        guard let object = try JSONSerialization.jsonObject(with: text) as? [String: Any] else { throw Failure() }
        return object
    }

    /// Every mapping names its keys, refuses others, and describes each.
    private func check(_ schema: [String: Any], _ path: String) {
        if let items = schema["items"] as? [String: Any] { check(items, "\(path)[]") }
        guard let properties = schema["properties"] as? [String: [String: Any]] else { return }
        #expect(schema["additionalProperties"] as? Bool == false, "\(path)")
        for required in schema["required"] as? [String] ?? [] { #expect(properties[required] != nil, "\(path).\(required)") }
        for (key, property) in properties {
            #expect((property["description"] as? String)?.isEmpty == false, "\(path).\(key)")
            let forms = property["oneOf"] as? [[String: Any]] ?? [property]
            #expect(forms.allSatisfy { $0["type"] != nil || $0["enum"] != nil }, "\(path).\(key)")
            check(property, "\(path).\(key)")
        }
    }

    @Test(arguments: FileKind.allCases)
    func isWhole(kind: FileKind) throws {
        let schema = try object(kind)
        #expect(schema["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
        check(schema, kind.rawValue)
    }

    @Test func namesTheDefaults() throws {
        let properties = try #require(try object(.host)["properties"] as? [String: [String: Any]])
        #expect(properties["plaintext_login"]?["default"] as? String == "never")
        let limits = try #require(properties["limits"]?["properties"] as? [String: [String: Any]])
        #expect(limits["message_size"]?["default"] as? String == "50 MB")
        #expect(limits["connections"]?["default"] as? Int == 10_000)
    }

    /// The reference validator accepts the schemas and the example host, and refuses what the reader refuses.
    @Test(.enabled(if: PythonValidator.isThere, "Python's jsonschema and yaml packages are not installed"))
    func agreesWithTheReferenceValidator() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "malaposta-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for kind in FileKind.allCases {
            try Data(kind.jsonSchema.description.utf8).write(to: folder.appending(path: "\(kind.rawValue).json"))
        }
        #expect(try PythonValidator.run(schemas: folder, root: TestTrees.root) == "")
    }
}

/// Python's jsonschema package.
enum PythonValidator {
    static let isThere = (try? run("import jsonschema, yaml")) == ""

    private static let script = """
        import json, sys, yaml, jsonschema, pathlib
        schemas, root = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
        kinds = {k: json.load(open(schemas / (k + ".json"))) for k in ("host", "tenant", "domain", "accounts")}
        for schema in kinds.values(): jsonschema.Draft202012Validator.check_schema(schema)
        good = [("host", "malaposta.yaml"), ("tenant", "tenants/*/tenant.yaml"), ("domain", "tenants/*/domains/*.yaml"),
                ("accounts", "tenants/*/accounts.yaml")]
        for kind, pattern in good:
            for file in (root / "etc").glob(pattern):
                for error in jsonschema.Draft202012Validator(kinds[kind]).iter_errors(yaml.safe_load(open(file))):
                    print(file, error.message)
        bad = root / "Tests/MailConfigurationTests/BadFiles"
        for name in ("unknown-key-host.host", "unknown-key-user.accounts", "missing-keys.tenant", "kinds.tenant", "sizes.tenant",
                     "choices.tenant", "numbers.host", "domain-policies.domain", "newer-schema.tenant", "no-admins.tenant",
                     "alias-without-target.accounts", "ids.accounts", "pop3-listener.host"):
            data = yaml.safe_load(open(bad / (name + ".yaml")))
            if jsonschema.Draft202012Validator(kinds[name.split(".")[1]]).is_valid(data): print(name, "is accepted")
        """

    static func run(schemas: URL, root: URL) throws -> String { try run(script, schemas.path, root.path) }

    private static func run(_ script: String, _ arguments: String...) throws -> String {
        let python = Process()
        python.executableURL = URL(filePath: "/usr/bin/env")
        python.arguments = ["python3", "-W", "ignore", "-c", script] + arguments
        let output = Pipe()
        python.standardOutput = output
        python.standardError = output
        try python.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        python.waitUntilExit()
        return String(decoding: text, as: UTF8.self)
    }
}
