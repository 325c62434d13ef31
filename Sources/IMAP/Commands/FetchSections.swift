internal import MIME
internal import Mail
internal import NIOCore
internal import Store
internal import Wire

/// `BODY[...]` and its older names: octets of the message itself.
extension Session {
    /// All items of one message, of which at least one needs its octets.
    func writeItems(of row: MessageMetadata, _ plan: FetchPlan, _ mailbox: SelectedMailbox) async throws {
        let opened = try await OpenedMessage(mailbox.account.content(of: row.message), limits: limits)
        var isFirst = true
        for item in plan.items {
            if !isFirst { replies.write(" ") }
            isFirst = false
            switch item {
            case .section(let section, let partial, _):
                replies.write("BODY")
                replies.write(section)
                if let partial {
                    replies.write("<")
                    replies.write(number: UInt64(partial.offset))
                    replies.write(">")
                }
                replies.write(" ")
                try await write(section, partial, of: opened)
            case .legacy(let legacy):
                replies.write(legacy.name)
                try await write(legacy.section, nil, of: opened)
            default: write(item, of: row)
            }
        }
    }

    private func write(_ section: Section, _ partial: Partial?, of message: OpenedMessage) async throws {
        if case .headerFields(let names, let excluded)? = section.text {
            guard let header = try await message.header(of: section.part) else { return replies.write("NIL") }
            let fields = HeaderSelection(names, excluded: excluded).apply(to: header)
            let range = Self.part(of: 0..<fields.readableBytes, partial)
            guard let slice = fields.getSlice(at: fields.readerIndex + range.lowerBound, length: range.count) else { return }
            return replies.write(literal: slice)
        }
        guard let range = try await message.range(of: section) else { return replies.write("NIL") }
        try await write(Self.part(of: range, partial), of: message)
    }

    /// The octets in chunks: the next one is read when the one before has been taken over by the connection.
    private func write(_ range: Range<Int>, of message: OpenedMessage) async throws {
        replies.writeLiteralHeader(size: range.count)
        var offset = range.lowerBound
        while offset < range.upperBound {
            let chunk = try await message.read(offset, min(limits.contentChunk.octets, range.upperBound - offset))
            // The literal's size is announced: a file that ends early cannot be mended here.
            guard chunk.readableBytes > 0 else { throw MessageCutShort() }
            offset += chunk.readableBytes
            replies.writeImmutableBuffer(chunk)
            try await flushIfLarge()
        }
    }

    private static func part(of range: Range<Int>, _ partial: Partial?) -> Range<Int> {
        guard let partial else { return range }
        let start = min(range.upperBound, range.lowerBound + partial.offset)
        return start..<min(range.upperBound, start + partial.length)
    }
}

/// Ends the connection: the client waits for octets that there are not.
struct MessageCutShort: Error {}

extension LegacySection {
    /// The item's name and a space.
    fileprivate var name: StaticString {
        switch self {
        case .message: "RFC822 "
        case .header: "RFC822.HEADER "
        case .text: "RFC822.TEXT "
        }
    }

    fileprivate var section: Section {
        switch self {
        case .message: Section()
        case .header: Section(text: .header)
        case .text: Section(text: .text)
        }
    }
}
