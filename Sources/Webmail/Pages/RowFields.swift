internal import Directory
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
    /// What is open beside the list.
    let current: MessageListing?

    /// - Parameter group: under which heading the page before ended, so that it is not repeated.
    func fields(_ slice: ListSlice, after group: String?) -> Fields {
        var group = group
        let mine = Set(([mailbox.directory.address] + mailbox.directory.aliases).map { $0.description.lowercased() })
        let rows = slice.rows.map { row -> Fields in
            var fields = self.fields(row, mine)
            guard context.order.order == .date else { return fields }
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

    /// Of several people only the first has more than a first name.
    private func names(_ people: [HeaderAddress], _ mine: Set<String>) -> String {
        let names = people.enumerated().map { place, person in
            if people.count > 1, mine.contains(person.address.lowercased()) { return words["to_me"] }
            guard place > 0, !person.name.contains("@") else { return person.display }
            return person.display.split(separator: " ").first.map(String.init) ?? person.display
        }
        return names.joined(separator: ", ")
    }

    private func isCurrent(_ message: MessageListing) -> Bool {
        context.threads ? message.thread == current?.thread : message.id == current?.id
    }

    private func fields(_ row: ListSlice.Row, _ mine: Set<String>) -> Fields {
        let message = row.listing
        let first = row.people.first
        let avatar = Avatar(name: first?.name ?? "", address: first?.address ?? "")
        let from = names(row.people, mine)
        var fields: Fields = [
            "id": message.id.description, "threadID": message.thread.description, "path": context.path(mailbox, message: message),
            "unread": row.isUnread,
            "current": isCurrent(message), "removed": message.flags.contains(.deleted),
            "starred": row.isStarred, "answered": message.flags.contains(.answered),
            "forwarded": message.flags.contains(.forwarded), "attached": row.hasAttachments,
            "high": message.priority == .high, "color": avatar.color, "initials": avatar.initials,
            "from": from.isEmpty ? words[context.isOutgoing ? "no_recipient" : "no_sender"] : from,
            "subject": message.subject.isEmpty ? words["no_subject"] : message.subject, "preview": message.preview,
            "date": clock.short(message.received), "fullDate": clock.full(message.received), "iso": clock.iso(message.received),
            "tags": row.tags.prefix(3).map { TagFields.fields($0, tagColors[$0]) },
        ]
        if row.thread > 1 {
            fields["thread"] = row.thread
            fields["threadText"] = words.counted("thread_of", row.thread)
        }
        return fields
    }
}
