/// `format=flowed` text, RFC 3676, and the quotes of plain text.
package enum FlowedText {
    /// A paragraph, or a line of fixed text.
    package struct Paragraph: Sendable, Hashable {
        /// How often it is quoted.
        package var quoteDepth: Int
        package var text: String
    }

    /// Quote marks of one line that are counted; more are text.
    private static let depthLimit = 100

    /// The paragraphs of flowed text, its lines joined (§4.4).
    ///
    /// - Parameter deletesSpaces: `delsp=yes`: the space at a flowed line's end is not part of the text (§4.3).
    package static func paragraphs(_ text: String, deletesSpaces: Bool = false) -> [Paragraph] {
        var result: [Paragraph] = []
        var isOpen = false
        for line in lines(text) {
            var (depth, rest) = quoted(line)
            // Space-stuffing, §4.4.
            if rest.first == 0x20 { rest = rest.dropFirst() }
            let isSignature = rest.elementsEqual("-- ".utf8)
            let isFlowed = rest.last == 0x20 && !isSignature
            if isFlowed, deletesSpaces { rest = rest.dropLast() }
            let piece = String(decoding: rest, as: UTF8.self)
            if isOpen, !isSignature, let last = result.indices.last, result[last].quoteDepth == depth {
                result[last].text += piece
            } else {
                result.append(Paragraph(quoteDepth: depth, text: piece))
            }
            isOpen = isFlowed
        }
        return result
    }

    /// Flowed text with one line for each paragraph, quote marks in front.
    package static func unwrapped(_ text: String, deletesSpaces: Bool = false) -> String {
        paragraphs(text, deletesSpaces: deletesSpaces).map { paragraph in
            let marks = String(repeating: ">", count: paragraph.quoteDepth)
            return marks.isEmpty ? paragraph.text : "\(marks) \(paragraph.text)"
        }.joined(separator: "\n")
    }

    /// The lines of fixed text with how often each is quoted; `> > ` counts twice.
    package static func fixedLines(_ text: String) -> [Paragraph] {
        lines(text).map { line in
            var depth = 0
            var rest = line
            while depth < depthLimit {
                let ahead = rest.first == 0x20 && depth > 0 ? rest.dropFirst() : rest
                guard ahead.first == 0x3e else { break }
                rest = ahead.dropFirst()
                depth += 1
            }
            if depth > 0, rest.first == 0x20 { rest = rest.dropFirst() }
            return Paragraph(quoteDepth: depth, text: String(decoding: rest, as: UTF8.self))
        }
    }

    /// The text of a plain-text part as an answer quotes it: each line behind `> `, without the sender's signature.
    package static func quote(_ text: String, isFlowed: Bool = false, deletesSpaces: Bool = false) -> String {
        var paragraphs = isFlowed ? paragraphs(text, deletesSpaces: deletesSpaces) : fixedLines(text)
        if let signature = paragraphs.lastIndex(where: { $0.quoteDepth == 0 && ($0.text == "-- " || $0.text == "--") }) {
            paragraphs.removeSubrange(signature...)
        }
        while let last = paragraphs.last, last.quoteDepth == 0, last.text.allSatisfy(\.isWhitespace) { paragraphs.removeLast() }
        return paragraphs.map { paragraph in
            let marks = String(repeating: ">", count: paragraph.quoteDepth + 1)
            return paragraph.text.isEmpty ? marks : "\(marks) \(paragraph.text)"
        }.joined(separator: "\n")
    }

    /// Makes lines of at most about 72 columns of `text`, whose lines are paragraphs, with the marks of RFC 3676: a space at
    /// the end of a line that goes on, space-stuffing, and quote marks on each line of a quoted paragraph.
    package static func flow(_ text: String, width: Int = 72) -> String {
        fixedOrQuoted(text).flatMap { flow($0, width: width) }.joined(separator: "\n")
    }

    private static func fixedOrQuoted(_ text: String) -> [Paragraph] {
        lines(text).map { line in
            let (depth, rest) = quoted(line)
            let inner = depth > 0 && rest.first == 0x20 ? rest.dropFirst() : rest
            return Paragraph(quoteDepth: depth, text: String(decoding: inner, as: UTF8.self))
        }
    }

    private static func flow(_ paragraph: Paragraph, width: Int) -> [String] {
        let marks = String(repeating: ">", count: paragraph.quoteDepth)
        guard paragraph.text != "-- " else { return [marks.isEmpty ? "-- " : marks + " -- "] }
        var text = paragraph.text[...]
        while text.last == " " { text.removeLast() }
        var result: [String] = []
        repeat {
            let piece = firstLine(of: &text, width: width - marks.count)
            let needsStuffing = !marks.isEmpty || piece.hasPrefix(" ") || piece.hasPrefix(">") || piece.hasPrefix("From ")
            result.append(marks + (needsStuffing && !(piece.isEmpty && !marks.isEmpty) ? " " : "") + piece)
        } while !text.isEmpty
        return result
    }

    /// Takes a line off, at the last space within the width, or the first one behind it.
    private static func firstLine(of text: inout Substring, width: Int) -> Substring {
        guard text.count > width else {
            defer { text = "" }
            return text
        }
        let edge = text.index(text.startIndex, offsetBy: max(1, width))
        let space = text[..<edge].lastIndex(of: " ") ?? text[edge...].firstIndex(of: " ")
        guard let space else {
            defer { text = "" }
            return text
        }
        var next = text.index(after: space)
        while next < text.endIndex, text[next] == " " { next = text.index(after: next) }
        defer { text = text[next...] }
        return text[..<next]
    }

    private static func lines(_ text: String) -> [Substring.UTF8View.SubSequence] {
        text.utf8.split(separator: 0x0a, omittingEmptySubsequences: false).map { $0.last == 0x0d ? $0.dropLast() : $0 }
    }

    private static func quoted(_ line: Substring.UTF8View.SubSequence) -> (Int, Substring.UTF8View.SubSequence) {
        let depth = min(line.prefix { $0 == 0x3e }.count, depthLimit)
        return (depth, line.dropFirst(depth))
    }
}
