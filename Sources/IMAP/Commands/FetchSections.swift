internal import MIME
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
        replies.write("* ", number: UInt64(index + 1), " FETCH (")
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
            case .section(let index):
                replies.writeImmutableBuffer(plan.sections[index].name)
                try await write(plan.sections[index], of: opened)
            case .stored(let item): write(item, of: row)
            }
        }
    }

    private func write(_ planned: PlannedSection, of message: OpenedMessage) async throws {
        if let fields = planned.fields {
            guard let header = try await message.header(of: planned.section.part) else { return replies.write("NIL") }
            return replies.write(fields: fields.lines(in: header), planned.partial)
        }
        guard let range = try await message.range(of: planned.section) else { return replies.write("NIL") }
        try await write(range.part(planned.partial), of: message)
    }

    /// The octets in chunks: the next one is read when the one before has been taken over by the connection.
    private func write(_ range: Range<Int>, of message: OpenedMessage) async throws {
        replies.writeLiteralHeader(size: range.count)
        var offset = range.lowerBound
        while offset < range.upperBound {
            let chunk = try await message.read(offset, min(batch, range.upperBound - offset))
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
