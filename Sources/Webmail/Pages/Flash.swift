internal import Store

/// The line with Undo that stands on the page after a form without scripts was sent. It comes in the address, so what it says
/// is one of our sentences, by name, and what it undoes is checked as any other action.
enum Flash {
    /// Messages that can be moved back by it.
    static let undoable = 200

    private static let sentences: Set<String> = [
        "moved", "trashed", "deleted", "spammed", "unspammed", "emptied", "done", "undone", "folder_created", "folder_renamed",
        "folder_deleted", "tag_created", "tag_deleted", "sent_flash", "sent_undone", "undo_too_late", "undo_unknown",
        "undo_in_trash", "draft_discarded", "draft_stored",
    ]

    static func read(_ query: FormFields, _ visitor: Visitor, _ mailbox: OpenMailbox) -> Fields? {
        guard let key = query["flash"], sentences.contains(key) else { return nil }
        let count = query["count"].flatMap { Int($0) }
        var fields: Fields = ["text": count.map { visitor.words.counted(key, $0) } ?? visitor.words[key]]
        if let back = query["back"].flatMap({ Int64($0) }) {
            let messages = query.all("undo").prefix(undoable).compactMap { Int64($0) }.map { "\($0)" }
            fields["undo"] =
                ["action": "move", "to": "\(back)", "messages": messages, "return": mailbox.path(FolderID(back))] as Fields
        }
        if let folder = query["restore"].flatMap({ Int64($0) }) {
            let under = query["under"].flatMap { Int64($0) }.map { "\($0)" } ?? ""
            fields["restore"] = ["folder": "\(folder)", "under": under, "name": query["name"] ?? ""] as Fields
        }
        if let sent = query["sent"] { fields["unsend"] = ["sent": sent] as Fields }
        return fields
    }
}
