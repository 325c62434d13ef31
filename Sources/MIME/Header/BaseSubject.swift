internal import Wire

/// Subjects: what threads share, and what answers are called.
package enum BaseSubject {
    /// The base subject of RFC 5256 §2.1 in the letters it was written in (compare without case), and whether it was an
    /// answer or was forwarded.
    ///
    /// - Parameter subject: decoded.
    package static func read(_ subject: String) -> (text: String, isReplyOrForward: Bool) {
        let whole = collapsed(subject)
        guard mayHoldMarks(whole) else { return (whole, false) }
        var text = whole[...]
        var isReply = false
        var rounds = 0
        while rounds < 100 {
            rounds += 1
            trimTrailers(&text, &isReply)
            while stripLeader(&text, &isReply) || stripBlob(&text) {}
            guard text.prefix(5).lowercased() == "[fwd:", text.hasSuffix("]") else { break }
            text = text.dropFirst(5).dropLast()
            isReply = true
        }
        return (String(text), isReply)
    }

    package static func of(_ subject: String) -> String { read(subject).text }

    /// The subject of an answer: `Re: ` once, whatever stood there in whatever language.
    package static func reply(to subject: String) -> String { "Re: " + stripped(subject) }

    /// The subject of a forwarded message.
    package static func forward(of subject: String) -> String { "Fwd: " + stripped(subject) }

    /// Marks of answers and forwarded mail in the languages that clients write them in.
    private static let marks: Set<String> = [
        "re", "fw", "fwd", "aw", "antw", "wg", "sv", "vs", "vb", "res", "enc", "rv", "tr", "rif", "i", "odp", "pd", "ynt", "ilt",
        "r",
        "ref", "vá", "továbbítás", "回复", "回覆", "转发", "轉寄",
    ]

    private static func stripped(_ subject: String) -> String {
        var text = collapsed(subject)[...]
        while let colon = text.prefix(16).firstIndex(where: { $0 == ":" || $0 == "：" }) {
            var mark = text[..<colon]
            if mark.last == "]", let open = mark.lastIndex(of: "[") { mark = mark[..<open] }
            guard marks.contains(mark.lowercased().trimmingSpaces) else { break }
            text = text[text.index(after: colon)...].drop { $0 == " " }
        }
        return String(text)
    }

    /// Step 1: white space becomes single spaces.
    private static func collapsed(_ subject: String) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(subject.utf8.count)
        var isGap = false
        for octet in subject.utf8 {
            if octet.isWhiteSpace || octet == .carriageReturn || octet == .lineFeed {
                isGap = !result.isEmpty
                continue
            }
            if isGap { result.append(.space) }
            isGap = false
            result.append(octet)
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Each of the steps below takes away something that has one of these in it; most subjects have none.
    private static func mayHoldMarks(_ collapsed: String) -> Bool {
        collapsed.utf8.contains { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: ")") }
    }

    /// Step 2: `subj-trailer`.
    private static func trimTrailers(_ text: inout Substring, _ isReply: inout Bool) {
        while true {
            if text.last == " " {
                text.removeLast()
            } else if text.suffix(5).lowercased() == "(fwd)" {
                text.removeLast(5)
                isReply = true
            } else {
                return
            }
        }
    }

    /// Step 3: one `subj-leader`; whether there was one.
    private static func stripLeader(_ text: inout Substring, _ isReply: inout Bool) -> Bool {
        if text.first == " " {
            text.removeFirst()
            return true
        }
        var rest = text
        while let behind = behindBlob(rest) { rest = behind }
        let word = rest.prefix(3).lowercased()
        let length = word == "fwd" ? 3 : word.hasPrefix("re") || word.hasPrefix("fw") ? 2 : 0
        guard length > 0 else { return false }
        rest = rest.dropFirst(length).drop { $0 == " " }
        if let behind = behindBlob(rest) { rest = behind }
        guard rest.first == ":" else { return false }
        text = rest.dropFirst()
        isReply = true
        return true
    }

    /// Step 4: one leading `subj-blob`, unless nothing would be left.
    private static func stripBlob(_ text: inout Substring) -> Bool {
        guard text.prefix(5).lowercased() != "[fwd:", let rest = behindBlob(text), !rest.isEmpty else { return false }
        text = rest
        return true
    }

    /// What follows `[...]` and spaces.
    private static func behindBlob(_ text: Substring) -> Substring? {
        guard text.first == "[", let close = text.dropFirst().firstIndex(where: { $0 == "]" || $0 == "[" }), text[close] == "]"
        else { return nil }
        return text[text.index(after: close)...].drop { $0 == " " }
    }
}
