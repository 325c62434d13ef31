import Foundation
import TestSupport
import Testing

/// What `make fuzz` has once found, and what it began with, is read again by the same functions, and mutated.
@Suite("Every parser takes any octets") struct ReplayTests {
    private static let names: [String] = FuzzTargets.all.map { target in target.name }
    private static let corpus = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Corpus")

    /// Of the corpus, in the order of names.
    private static func inputs(_ target: FuzzTarget) throws -> [(name: String, octets: [UInt8])] {
        let folder = corpus.appending(path: target.name)
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map { name in
            (name, Array(try Data(contentsOf: folder.appending(path: name))))
        }
    }

    @Test(arguments: names) func readsItsCorpus(name: String) throws {
        let target = try #require(FuzzTargets.all.first { $0.name == name })
        let inputs = try Self.inputs(target)
        #expect(inputs.count >= 5)
        for (file, octets) in inputs {
            do { try target.read(octets) } catch { Issue.record("\(name)/\(file): \(error)") }
        }
    }

    @Test(arguments: names) func readsMutations(name: String) async throws {
        let target = try #require(FuzzTargets.all.first { $0.name == name })
        let mutate = Mutation(pieces: target.pieces)
        let inputs = try Self.inputs(target).map(\.octets).filter { $0.count <= target.longest }
        for await var random in MutationRun("fuzz target \(name)", lasting: .seconds(2)) {
            for _ in 0..<50 {
                guard let input = inputs.randomElement(using: &random) else { return }
                let octets = mutate(input, using: &random)
                do { try target.read(octets) } catch {
                    Issue.record("\(error) of \(Data(octets).base64EncodedString())")
                }
            }
        }
    }

    /// As libFuzzer reads it (https://llvm.org/docs/LibFuzzer.html#dictionaries).
    @Test(arguments: names) func hasADictionary(name: String) throws {
        let target = try #require(FuzzTargets.all.first { $0.name == name })
        let words = try target.dictionary.split(separator: "\n").map { line in
            #expect(line.first == "\"" && line.last == "\"")
            return try line.dropFirst().dropLast().split(separator: "\\x").map { try #require(UInt8($0, radix: 16)) }
        }
        #expect(words == target.pieces.map { Array($0.utf8) }.filter { 1...FuzzTarget.longestWord ~= $0.count })
        #expect(!words.isEmpty)
    }

    @Test func namesDiffer() { #expect(Set(Self.names).count == Self.names.count) }
}
