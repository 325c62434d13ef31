/// One parser as a fuzzer sees it: any octets go in, and what comes out is held to what the parser promises.
///
/// Another parser is a file beside this one and a line in `FuzzTargets.all`; its corpus is `Tests/Corpus/<name>`.
struct FuzzTarget: Sendable {
    /// The name of its corpus, and of `make fuzz TARGET=<name>`.
    let name: String
    /// The longest input that is worth a try, in octets.
    let longest: Int
    /// What has a meaning in the grammar, for mutations and libFuzzer's dictionary.
    let pieces: [String]
    /// - Throws: `Broken` where a promise is not kept. A trap is a finding by itself.
    let read: @Sendable ([UInt8]) throws -> Void

    /// Octets of a word that libFuzzer takes from a dictionary; longer ones it passes over.
    static let longestWord = 64

    /// The pieces as libFuzzer's `-dict=` reads them: a quoted word a line, every octet as `\xHH`.
    var dictionary: String {
        pieces.map { Array($0.utf8) }.filter { 1...Self.longestWord ~= $0.count }.map { word in
            let octets = word.map { octet in "\\x" + (octet < 16 ? "0" : "") + String(octet, radix: 16) }
            return "\"" + octets.joined() + "\"\n"
        }.joined()
    }
}

/// A promise that a parser did not keep.
struct Broken: Error, CustomStringConvertible {
    let description: String
}

/// - Throws: `Broken` with `promise` where `isKept` is false.
func expect(_ isKept: Bool, _ promise: @autoclosure () -> String) throws(Broken) {
    guard isKept else { throw Broken(description: promise()) }
}

enum FuzzTargets {
    static let all = [
        smtp, imap, mime, addresses, dates, encodedWords, yaml, search, forms, journal,
    ]
}
