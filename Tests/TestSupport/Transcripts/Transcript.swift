internal import FoundationEssentials

/// A dialogue with a server, as a text file under Tests/Transcripts; the README there tells the format.
package struct Transcript: Sendable, CustomStringConvertible {
    /// The file's name without its suffix.
    package let name: String
    /// `@key value` lines: what the test that plays it sets up.
    package let settings: [String: String]
    let steps: [TranscriptStep]

    package var description: String { name }

    package init(name: String, text: String) throws {
        var settings: [String: String] = [:]
        var steps: [TranscriptStep] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.isEmpty || line.hasPrefix("#") { continue }
            if line.hasPrefix("@") {
                let words = line.dropFirst().split(separator: " ", maxSplits: 1)
                settings[String(words.first ?? "")] = words.count > 1 ? String(words[1]) : ""
                continue
            }
            guard let step = try TranscriptStep(String(line), number: index + 1) else {
                throw TranscriptFailure(line: index + 1, "not a line of a transcript: \(line)")
            }
            steps.append(step)
        }
        (self.name, self.settings, self.steps) = (name, settings, steps)
    }

    /// All dialogues of one folder under Tests/Transcripts, by name.
    package static func all(in folder: String, file: StaticString = #filePath) throws -> [Transcript] {
        let tests = file.description.components(separatedBy: "/Tests/")[0] + "/Tests/Transcripts/\(folder)"
        let names = try FileManager.default.contentsOfDirectory(atPath: tests).filter { $0.hasSuffix(".txt") }.sorted()
        return try names.map { name in
            guard let octets = FileManager.default.contents(atPath: "\(tests)/\(name)") else {
                throw TranscriptFailure(line: 0, "\(name) cannot be read")
            }
            do { return try Transcript(name: String(name.dropLast(4)), text: String(decoding: octets, as: UTF8.self)) } catch let
                failure as TranscriptFailure
            {
                throw TranscriptFailure(line: failure.line, "\(name): \(failure.reason)")
            }
        }
    }
}

/// Where a dialogue went another way.
package struct TranscriptFailure: Error, CustomStringConvertible {
    package let line: Int
    package let reason: String

    package init(line: Int, _ reason: String) { (self.line, self.reason) = (line, reason) }

    package var description: String { "line \(line): \(reason)" }
}
