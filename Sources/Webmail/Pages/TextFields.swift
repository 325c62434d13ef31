internal import MIME

/// Plain text as paragraphs with links and quotes.
enum TextFields {
    /// Paragraphs of a text; links of one text that become links.
    private static let paragraphLimit = 20_000
    private static let linkLimit = 2_000

    /// - Parameter isFlowed: `format=flowed` (RFC 3676): lines are joined.
    static func paragraphs(_ text: String, isFlowed: Bool) -> [Fields] {
        let lines = isFlowed ? FlowedText.paragraphs(text) : FlowedText.fixedLines(text)
        var result: [Fields] = []
        var (block, depth, isSignature, links) = ([String](), 0, false, 0)
        func flush() {
            defer { block = [] }
            let joined = block.joined(separator: "\n")
            guard !joined.allSatisfy(\.isNewline) else { return }
            let runs = runs(joined, &links)
            result.append([
                "quote": depth > 0, "depth": min(3, max(1, depth)), "signature": isSignature && depth == 0, "runs": runs,
            ])
        }
        for line in lines.prefix(paragraphLimit) {
            let isBlank = line.text.allSatisfy(\.isWhitespace)
            if line.quoteDepth != depth || isBlank || line.text == "-- " {
                flush()
                depth = line.quoteDepth
            }
            if line.text == "-- ", depth == 0 { isSignature = true }
            if !isBlank || line.text == "-- " { block.append(line.text) }
        }
        flush()
        return result
    }

    /// Text and links in turn. Only web and mail addresses become links.
    private static func runs(_ text: String, _ links: inout Int) -> [Fields] {
        var runs: [Fields] = []
        var rest = text[...]
        while links < linkLimit, let start = nextLink(rest) {
            let before = rest[..<start]
            var link = rest[start...].prefix { !$0.isWhitespace && !"<>\"".contains($0) }
            while let last = link.last, ".,;:!?'*_".contains(last) || (last == ")" && !link.contains("(")) { link.removeLast() }
            if !before.isEmpty { runs.append(["text": String(before)]) }
            runs.append(["text": String(link), "href": String(link)])
            rest = rest[link.endIndex...]
            links += 1
        }
        if !rest.isEmpty { runs.append(["text": String(rest)]) }
        return runs
    }

    private static func nextLink(_ text: Substring) -> Substring.Index? {
        var rest = text.utf8
        while let start = rest.firstIndex(of: UInt8(ascii: "h")) {
            rest = rest[start...]
            if rest.starts(with: "https://".utf8) || rest.starts(with: "http://".utf8) { return start }
            rest.removeFirst()
        }
        return nil
    }
}
