internal import Directory
internal import Mail
internal import Store

/// The pane at the left: folders with what is unread, shared mailboxes, tags, the usage bar.
struct FolderFields {
    let visitor: Visitor
    let mailbox: OpenMailbox
    let folders: [Folder]
    let current: FolderID?
    let currentTag: Tag?
    let tags: [TagDefinition]
    let usage: Usage
    /// The list that is shown beside.
    let listPath: String
    /// Mailboxes shared with the visitor: their inbox, with its path.
    let shared: [(access: SharedAccess, inbox: Folder)]

    static func name(_ folder: Folder, _ words: Words) -> String { folder.use.map { words[$0.rawValue] } ?? folder.name }

    /// Where messages of a folder can be moved to.
    static func destinations(_ folders: [Folder], from folder: Folder?, _ words: Words) -> [Fields] {
        folders.filter { $0.id != folder?.id && $0.use != .drafts && $0.use != .templates }.map { folder in
            [
                "id": folder.id.description, "name": folder.use.map { words[$0.rawValue] } ?? folder.path.description,
                "icon": folder.use.map(icon) ?? "folder",
            ]
        }
    }

    static func icon(_ use: SpecialUse) -> String {
        switch use {
        case .inbox: "inbox"
        case .drafts: "pencil"
        case .sent: "send"
        case .templates: "file"
        case .spam: "alert"
        case .trash: "trash"
        }
    }

    var fields: Fields {
        let above = unreadAbove
        var fields: Fields = [
            "fixed": folders.filter { $0.use != nil }.map { entry($0, depth: 1, above) },
            "own": folders.filter { $0.use == nil }.map { entry($0, depth: min(4, $0.path.components.count), above) },
            "hasShared": !visitor.account.shared.isEmpty,
            "shared": visitor.account.shared.filter { $0.rights.contains(.read) }.map(sharedEntry),
            "usage": usageFields, "listPath": listPath, "canCreate": mailbox.isOwn || mailbox.rights.contains(.manage),
            "parents": folders.filter { $0.use == nil && $0.path.components.count < 4 }.map { folder -> Fields in
                ["id": folder.id.description, "name": folder.path.description]
            },
            "colors": TagFields.choices(visitor.words, chosen: tags.count % TagFields.palette.count),
        ]
        if let inbox = folders.first(where: { $0.use == .inbox }) {
            fields["tags"] = tags.map { tag -> Fields in
                let path = FormFields.address(mailbox.path(current ?? inbox.id), ["tag": tag.tag.name])
                return TagFields.fields(tag.tag, tag).adding([
                    "path": path, "current": tag.tag == currentTag, "untaggedPath": mailbox.path(current ?? inbox.id),
                    "choices": TagFields.choices(visitor.words, chosen: TagFields.color(tag.tag, tag)),
                ])
            }
        }
        return fields
    }

    /// Folders that have something unread below them.
    private var unreadAbove: Set<FolderPath> {
        var above: Set<FolderPath> = []
        for folder in folders where folder.unseen > 0 {
            var path = folder.path.parent
            while let parent = path, above.insert(parent).inserted { path = parent.parent }
        }
        return above
    }

    private func entry(_ folder: Folder, depth: Int, _ unreadAbove: Set<FolderPath>) -> Fields {
        // Drafts show how many there are (nobody reads them); others what is unread (F64).
        let count = folder.use == .drafts ? folder.messages : folder.use == .sent || folder.use == .trash ? 0 : folder.unseen
        let hidden = unreadAbove.contains(folder.path)
        var fields: Fields = [
            "id": folder.id.description, "box": mailbox.name, "depth": depth, "path": mailbox.path(folder.id),
            "name": Self.name(folder, visitor.words), "current": folder.id == current && currentTag == nil,
            "bold": folder.use == nil && (hidden || folder.unseen > 0),
        ]
        if let use = folder.use { fields["icon"] = Self.icon(use) } else if depth == 1 { fields["icon"] = "folder" }
        if count > 0 {
            fields["count"] = visitor.words.number(count)
            fields["countText"] = visitor.words.counted(folder.use == .drafts ? "messages_count" : "unread_count", count)
        }
        return fields
    }

    private func sharedEntry(_ access: SharedAccess) -> Fields {
        let isOpen = !mailbox.isOwn && access.account == mailbox.directory.id
        let inbox = shared.first { $0.access.account == access.account }?.inbox
        var fields: Fields = [
            "id": inbox?.id.description ?? "", "box": access.account.hex, "depth": 1, "icon": "people",
            "path": inbox.map { "/mail/\(access.account.hex)/\($0.id)" } ?? "/mail/\(access.account.hex)",
            "name": access.address.description, "current": isOpen, "bold": (inbox?.unseen ?? 0) > 0,
        ]
        if let unseen = inbox?.unseen, unseen > 0 {
            fields["count"] = visitor.words.number(unseen)
            fields["countText"] = visitor.words.counted("unread_count", unseen)
        }
        return fields
    }

    private var usageFields: Fields {
        let words = visitor.words
        let used = words.size(usage.octets)
        guard let quota = mailbox.directory.quota else { return ["text": words("used", ["used": used])] }
        let isHigh = usage.octets > quota.octets / 10 * 9
        return [
            "text": words("used_of", ["used": used, "limit": words.size(quota.octets)]), "limit": quota.octets,
            "used": min(usage.octets, quota.octets), "level": isHigh ? "high" : "",
        ]
    }
}
