/// What a message is made of: its parts in the order of the message, the message itself first. No octets are kept but those
/// of the headers.
package struct MessageStructure: Sendable {
    /// Never empty.
    package internal(set) var parts: [Part]
    /// Octets of the message, `RFC822.SIZE`.
    package internal(set) var size: Int
    /// Whether a limit of `ParsingLimits` was reached.
    package internal(set) var isTruncated = false

    package var root: Part { parts[0] }

    /// The fields of the message's own header.
    package var header: Header { parts[0].messageHeader ?? Header() }

    /// The part number of RFC 9051 §6.4.5.1, like `1.2`; empty for a multipart that is a whole message.
    package func number(of index: Int) -> String {
        var numbers: [Int] = []
        var index = index
        if parts[index].kind != .multipart, isMessageEntity(index) { numbers.append(1) }
        while let parent = parts[index].parent {
            if parts[parent].kind == .multipart {
                numbers.append((parts[parent].children.firstIndex(of: index) ?? 0) + 1)
            } else if isMessageEntity(parent) {
                numbers.append(1)
            }
            index = parent
        }
        return numbers.reversed().map(String.init).joined(separator: ".")
    }

    /// The index of the part of that number; nil where there is none. The empty number is the message itself.
    package func index(of number: [Int]) -> Int? {
        var index = 0
        var isEntity = true
        for step in number {
            if !isEntity, parts[index].kind == .message {
                guard let inner = parts[index].children.first else { return nil }
                index = inner
                isEntity = true
            }
            if parts[index].kind == .multipart {
                guard step >= 1, step <= parts[index].children.count else { return nil }
                index = parts[index].children[step - 1]
            } else {
                guard isEntity, step == 1 else { return nil }
            }
            isEntity = false
        }
        return index
    }

    /// Where the octets of a section are; nil where the message has no such section.
    package func range(of section: Section) -> Range<Int>? {
        guard !section.number.isEmpty else {
            switch section.text {
            case .whole: return 0..<size
            case .header: return root.header
            case .text: return root.body
            case .mime: return nil
            }
        }
        guard let index = index(of: section.number) else { return nil }
        switch section.text {
        case .whole: return parts[index].body
        case .mime: return parts[index].header
        case .header: return inner(of: index)?.header
        case .text: return inner(of: index)?.body
        }
    }

    /// The fields of the header that `HEADER.FIELDS` of that part number means: the message's own, or that of a nested message.
    package func messageHeader(at number: [Int]) -> Header? {
        guard !number.isEmpty else { return header }
        return index(of: number).flatMap { inner(of: $0)?.messageHeader }
    }

    /// Whether `index` is a whole message, or the message inside a `message/rfc822` part.
    func isMessageEntity(_ index: Int) -> Bool {
        guard let parent = parts[index].parent else { return true }
        return parts[parent].kind == .message
    }

    private func inner(of index: Int) -> Part? {
        guard parts[index].kind == .message, let child = parts[index].children.first else { return nil }
        return parts[child]
    }
}

/// `section-spec` without field names, RFC 9051 §9.
package struct Section: Hashable, Sendable {
    package enum Text: Hashable, Sendable {
        /// The body of the part; of the empty number, the whole message.
        case whole
        /// `HEADER`, of the message or of a nested one.
        case header
        /// `TEXT`, of the message or of a nested one.
        case text
        /// `MIME`: the part's own header.
        case mime
    }

    package var number: [Int]
    package var text: Text

    package init(_ number: [Int] = [], _ text: Text = .whole) {
        self.number = number
        self.text = text
    }
}
