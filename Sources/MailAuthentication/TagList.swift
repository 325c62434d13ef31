/// `tag-list`, RFC 6376 §3.2, which DMARC's records share: `name=value; name=value`.
package struct TagList: Hashable, Sendable {
    /// In order; names are compared as written.
    package let tags: [(name: String, value: String)]

    /// Nil where it is none: a tag without `=`, a wrong name, a name twice.
    package init?(_ text: String) {
        var tags: [(name: String, value: String)] = []
        var names: Set<String> = []
        for part in text.split(separator: ";", omittingEmptySubsequences: false) {
            let trimmed = Self.trimmed(part)
            // The last semicolon may have nothing behind it.
            if trimmed.isEmpty, part.endIndex == text.endIndex { continue }
            guard let equals = trimmed.firstIndex(of: "=") else { return nil }
            let name = Self.trimmed(trimmed[..<equals])
            guard let first = name.first, first.isASCII, first.isLetter,
                name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }), names.insert(String(name)).inserted
            else { return nil }
            tags.append((String(name), String(Self.trimmed(trimmed[trimmed.index(after: equals)...]))))
        }
        guard !tags.isEmpty else { return nil }
        self.tags = tags
    }

    package subscript(name: String) -> String? { tags.first { $0.name == name }?.value }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return text
    }

    package static func == (left: TagList, right: TagList) -> Bool {
        left.tags.count == right.tags.count && zip(left.tags, right.tags).allSatisfy { $0 == $1 }
    }

    package func hash(into hasher: inout Hasher) {
        for tag in tags {
            hasher.combine(tag.name)
            hasher.combine(tag.value)
        }
    }
}
