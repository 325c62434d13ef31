internal import MIME
internal import Mail
internal import Store

/// The rows of a list, with the headings between them.
struct RowFields {
    let mailbox: OpenMailbox
    let context: ListContext
    let words: Words
    let clock: CivilClock
    let tagColors: [Tag: TagDefinition]
    let current: MessageID?

    /// - Parameter group: under which heading the page before ended, so that it is not repeated.
    func fields(_ slice: ListSlice, after group: String?) -> Fields {
        var group = group
        let rows = slice.rows.map { row -> Fields in
            var fields = self.fields(row)
            guard context.order == .date else { return fields }
            let heading = clock.group(row.listing.received)
            if heading.key != group {
                fields["group"] = heading.key
                fields["groupName"] = heading.name
                group = heading.key
            }
            return fields
        }
        var fields: Fields = ["rows": rows]
        if let next = slice.next {
            let path = context.path(mailbox, cursor: next)
            fields["next"] = group.map { "\(path)\(path.contains("?") ? "&" : "?")group=\($0)" } ?? path
        }
        return fields
    }

    private func fields(_ row: ListSlice.Row) -> Fields {
        let message = row.listing
        let first = (context.folder?.use == .sent ? message.to : message.from).first
        let avatar = Avatar(name: first?.name ?? "", address: first?.address ?? "")
        let from = row.names.joined(separator: ", ")
        var fields: Fields = [
            "id": message.id.description, "path": context.path(mailbox, message: message), "unread": row.isUnread,
            "current": message.id == current, "removed": message.flags.contains(.deleted),
            "starred": message.flags.contains(.flagged), "answered": message.flags.contains(.answered),
            "forwarded": message.flags.contains(.forwarded), "attached": message.hasAttachments,
            "high": message.priority == .high, "color": avatar.color, "initials": avatar.initials,
            "from": from.isEmpty ? words[context.folder?.use == .sent ? "no_recipient" : "no_sender"] : from,
            "subject": message.subject.isEmpty ? words["no_subject"] : message.subject, "preview": message.preview,
            "date": clock.short(message.received), "fullDate": clock.full(message.received), "iso": clock.iso(message.received),
            "tags": message.tags.filter { !$0.name.hasPrefix("$") }.prefix(3).map { TagFields.fields($0, tagColors[$0]) },
        ]
        if row.thread > 1 {
            fields["thread"] = row.thread
            fields["threadText"] = words.counted("thread_of", row.thread)
        }
        return fields
    }
}

/// A tag's name, and which of the style sheet's colours (`t0` to `t7`) comes nearest to its own.
enum TagFields {
    private static let palette: [(red: Int, green: Int, blue: Int)] = [
        (0x2f, 0x5a, 0xa0), (0x99, 0x50, 0x1b), (0x2c, 0x6e, 0x3f), (0x6f, 0x4a, 0x94), (0x1d, 0x6b, 0x73), (0xa3, 0x36, 0x36),
        (0x66, 0x61, 0x1f), (0x91, 0x37, 0x6f),
    ]

    static func fields(_ tag: Tag, _ definition: TagDefinition?) -> Fields {
        ["name": definition.map { $0.title.isEmpty ? tag.name : $0.title } ?? tag.name, "color": color(tag, definition)]
    }

    private static func color(_ tag: Tag, _ definition: TagDefinition?) -> Int {
        guard let text = definition?.color, text.utf8.count == 6, let value = Int(text, radix: 16) else {
            return Avatar.place(of: tag.name, among: palette.count)
        }
        let (red, green, blue) = (value >> 16, value >> 8 & 255, value & 255)
        func distance(_ index: Int) -> Int {
            let color = palette[index]
            return (color.red - red) * (color.red - red) + (color.green - green) * (color.green - green)
                + (color.blue - blue) * (color.blue - blue)
        }
        return palette.indices.min { distance($0) < distance($1) } ?? 0
    }
}
