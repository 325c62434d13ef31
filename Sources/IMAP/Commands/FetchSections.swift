internal import Mail
internal import NIOCore
internal import Store
internal import Wire

/// `BODY[...]` and its older names of a message that is too large to be read at once: its octets are streamed.
extension Session {
    /// Where it is gone meanwhile, nothing.
    func stream(_ uid: UID, _ rows: FetchRows, in mailbox: SelectedMailbox) async throws {
        let found = try await mailbox.account.metadata(in: mailbox.folder, uids: [uid], fields: rows.plan.fields)
        guard let row = found.first, let index = rows.list.index(of: uid) else { return }
        let opened = try await OpenedMessage(mailbox.account.content(of: row.message), limits: limits)
        replies.write("* ")
        replies.write(number: UInt64(index + 1))
        replies.write(" FETCH (")
        try await writeItems(of: row, rows.plan, opened)
        if !rows.plan.asksForFlags, rows.seen.contains(uid) {
            replies.write(" FLAGS ")
            replies.write(flags: row.flags, tags: row.tags, isRecent: mailbox.isRecent(uid))
        }
        replies.write(")\r\n")
    }

    private func writeItems(of row: MessageMetadata, _ plan: FetchPlan, _ opened: OpenedMessage) async throws {
        var isFirst = true
        for item in plan.items {
            if !isFirst { replies.write(" ") }
            isFirst = false
            switch item {
            case .section(let section, let partial, _):
                replies.write(nameOf: section, partial)
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
            let range = (0..<fields.readableBytes).part(partial)
            guard let slice = fields.getSlice(at: fields.readerIndex + range.lowerBound, length: range.count) else { return }
            return replies.write(literal: slice)
        }
        guard let range = try await message.range(of: section) else { return replies.write("NIL") }
        try await write(range.part(partial), of: message)
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
}

extension ByteBuffer {
    /// `BODY[...]<n> `.
    mutating func write(nameOf section: Section, _ partial: Partial?) {
        write("BODY")
        write(section)
        if let partial {
            write("<")
            write(number: UInt64(partial.offset))
            write(">")
        }
        write(" ")
    }
}

/// Ends the connection: the client waits for octets that there are not.
struct MessageCutShort: Error {}

extension LegacySection {
    /// The item's name and a space.
    var name: StaticString {
        switch self {
        case .message: "RFC822 "
        case .header: "RFC822.HEADER "
        case .text: "RFC822.TEXT "
        }
    }

    var section: Section {
        switch self {
        case .message: Section()
        case .header: Section(text: .header)
        case .text: Section(text: .text)
        }
    }
}
