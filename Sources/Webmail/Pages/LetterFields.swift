internal import Directory
internal import MIME
internal import Mail
internal import Store

/// One message of what is read: its head, and where it is open its text and files.
struct LetterFields {
    let place: ReadingPlace
    let listing: MessageListing
    /// Nil where only the head is shown.
    let opened: OpenedMessage?
    /// Whether it stands among others, so that it has buttons of its own and can be folded.
    let isPart: Bool

    private var words: Words { place.visitor.words }
    private var partsPath: String { place.mailbox.path(message: listing.id) }

    var fields: Fields {
        let (from, clock) = (listing.from.first, place.visitor.clock)
        let avatar = Avatar(name: from?.name ?? "", address: from?.address ?? "")
        let name = from?.display ?? words["no_sender"]
        let folder = place.folder(listing.folder)
        let isElsewhere = listing.folder != place.context.folder?.id
        let isDraft = listing.flags.contains(.draft) || folder?.use == .drafts
        let tags = [listing].shownTags
        var fields: Fields = [
            "id": listing.id.description, "folder": listing.folder.description, "isPart": isPart, "opened": opened != nil,
            "unread": !listing.flags.contains(.seen), "fromName": name,
            "fromAddress": from.map { $0.name.isEmpty ? "" : $0.address } ?? "", "preview": listing.preview,
            "label": "\(name), \(clock.full(listing.received))",
            "date": opened == nil ? clock.short(listing.received) : clock.long(listing.received),
            "fullDate": clock.full(listing.received), "iso": clock.iso(listing.received), "isDraft": isDraft,
            "where": isElsewhere && isPart && !isDraft ? folder.map { FolderFields.name($0, words) } ?? "" : "",
            "answered": listing.flags.contains(.answered), "forwarded": listing.flags.contains(.forwarded),
            "attached": listing.hasAttachments, "isSpam": folder?.use == .spam,
            "letterTags": tags.filter { !place.sharedTags.contains($0) }.map(place.tag),
        ]
        fields = fields.adding(avatar.fields).adding(place.paths(listing)).adding(place.star(listing.flags.contains(.flagged)))
        guard let opened else { return fields }
        return fields.adding([
            "toLine": words("to_line", ["people": recipients(opened.detail)]), "addressLines": addressLines(opened.detail),
            "tagChoices": place.choices(tags), "moves": FolderFields.destinations(place.folders, from: folder, words),
        ]).adding(bodies(opened)).adding(attachments(opened.message.structure))
    }

    // MARK: People

    private func recipients(_ detail: MessageDetail) -> String {
        let all = listing.to + detail.cc
        guard !all.isEmpty else { return words["no_recipient"] }
        let mine = Set(([place.mailbox.directory.address] + place.mailbox.directory.aliases).map { $0.description.lowercased() })
        let names = all.prefix(3).map { mine.contains($0.address.lowercased()) ? words["to_me"] : $0.display }
        let shown = names.joined(separator: ", ")
        guard all.count > 3 else { return shown }
        return words.counted("to_more", all.count - 3, ["people": shown])
    }

    private func addressLines(_ detail: MessageDetail) -> [Fields] {
        let lines: [(String, [HeaderAddress])] = [
            ("from", listing.from), ("reply_to_field", detail.replyTo), ("to", listing.to), ("cc", detail.cc),
            ("bcc", detail.bcc),
        ]
        let people = lines.filter { !$0.1.isEmpty }.map { line -> Fields in
            ["name": words[line.0], "text": RecipientReader.write(Array(line.1.prefix(200)))]
        }
        return people + [["name": words["date"], "text": place.visitor.clock.full(listing.received)]]
    }

    // MARK: Text and files

    /// The HTML form is shown where there is one, in its own frame; else the plain text.
    private func bodies(_ opened: OpenedMessage) -> Fields {
        let (structure, texts) = (opened.message.structure, opened.texts)
        var asksForImages = false
        let bodies = structure.displayParts.texts.map { text -> Fields in
            if let html = text.html, let content = texts[html] {
                if HTMLMail.hasExternalImages(content) { asksForImages = true }
                let images = opened.showsImages && !place.alwaysShowsImages ? "1" : nil
                return [
                    "frame": FormFields.address("\(partsPath)/html/\(html)", ["images": images]),
                    "paper": HTMLColors.areOwn(content),
                ]
            }
            guard let plain = text.plain, let content = texts[plain] else { return [:] }
            return ["text": true, "paragraphs": paragraphs(structure.parts[plain], content)]
        }
        let path = place.context.path(place.mailbox, message: listing)
        return [
            "bodies": bodies, "blockedImages": asksForImages && !opened.showsImages,
            "imagesPath": path + (path.contains("?") ? "&" : "?") + "images=1",
        ]
    }

    private func paragraphs(_ part: Part, _ text: String) -> [Fields] {
        let isFlowed = part.contentType.field.parameter("format")?.lowercased() == "flowed"
        let cut = part.body.count > place.limits.shownText
        let rest: [Fields] = cut ? [["signature": true, "runs": [["text": words["text_cut"]]] as [Fields]]] : []
        return TextFields.paragraphs(text, isFlowed: isFlowed) + rest
    }

    private func attachments(_ structure: MessageStructure) -> Fields {
        let files = structure.displayParts.attachments.filter(Self.isListed)
        let total = words.size(files.reduce(0) { $0 + $1.size })
        return [
            "hasAttachments": !files.isEmpty,
            "saveAllPath": files.count > 1 ? "\(partsPath)/parts.zip" : "",
            "attachmentsText": words.counted("attachments", files.count, ["size": total]),
            "attachments": files.map { file -> Fields in
                [
                    "path": "\(partsPath)/part/\(file.index)", "name": file.name, "size": words.size(file.size),
                    "kind": Self.kind(file.name),
                ]
            },
        ]
    }

    /// Whether a file is shown below the text: pictures within the text are not.
    static func isListed(_ file: Attachment) -> Bool { !file.isInline || file.contentID == nil }

    /// What stands on the file's little picture: its extension.
    static func kind(_ name: String) -> String {
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "FILE" }
        let end = name[name.index(after: dot)...].filter { $0.isLetter || $0.isNumber }
        return end.isEmpty ? "FILE" : String(end.uppercased().prefix(4))
    }
}
