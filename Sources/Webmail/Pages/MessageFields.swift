internal import Directory
internal import MIME
internal import Mail
internal import Store

/// An open message.
struct MessageFields {
    let web: Web
    let visitor: Visitor
    let mailbox: OpenMailbox
    let context: ListContext
    let folder: Folder
    let folders: [Folder]
    let detail: MessageDetail
    let message: StoredMessage
    /// The texts that are shown, by part.
    let texts: [Int: String]
    let thread: [ThreadedMessage]
    let tags: [TagDefinition]
    let showsImages: Bool
    let alwaysShowsImages: Bool

    private var words: Words { visitor.words }
    private var listing: MessageListing { detail.listing }
    private var partsPath: String { mailbox.path(message: listing.id) }

    var fields: Fields {
        let from = listing.from.first
        let avatar = Avatar(name: from?.name ?? "", address: from?.address ?? "")
        let name = from?.display ?? words["no_sender"]
        let isStarred = listing.flags.contains(.flagged)
        let answerable = FormFields.address("/compose", ["box": mailbox.name, "source": listing.id.description])
        let here = thread.filter { $0.message.folder == folder.id }
        // A conversation's row opens its latest message: what is done with it is done with the conversation.
        let actsOnThread = context.threads && here.count > 1 && here.last?.message.id == listing.id
        var fields: Fields = [
            "id": listing.id.description, "threadID": listing.thread.description, "path": context.path(mailbox, message: listing),
            "folder": folder.id.description,
            "listPath": context.path(mailbox), "replyPath": answerable + "&kind=reply",
            "replyAllPath": answerable + "&kind=replyall",
            "forwardPath": answerable + "&kind=forward", "sourcePath": partsPath + "/source",
            "starred": isStarred, "starAction": isStarred ? "unstar" : "star", "starText": words[isStarred ? "unstar" : "star"],
            "starIcon": isStarred ? "star-full" : "star", "isSpam": folder.use == .spam,
            "moves": FolderFields.destinations(folders, from: folder, words),
            "subject": listing.subject.isEmpty ? words["no_subject"] : listing.subject, "high": listing.priority == .high,
            "tags": listing.tags.filter { !$0.name.hasPrefix("$") }.map(tag), "tagChoices": tagChoices,
            "colors": TagFields.choices(words, chosen: tags.count % TagFields.palette.count),
            "isThread": actsOnThread, "headersPath": "\(mailbox.path(folder.id, listing.id))/headers",
            "fromName": name, "fromAddress": from.map { $0.name.isEmpty ? "" : $0.address } ?? "",
            "toLine": words("to_line", ["people": recipients]), "addressLines": addressLines,
            "date": visitor.clock.long(listing.received), "fullDate": visitor.clock.full(listing.received),
            "iso": visitor.clock.iso(listing.received), "isDraft": listing.flags.contains(.draft) || folder.use == .drafts,
            "editPath": FormFields.address("/compose", ["box": mailbox.name, "draft": listing.id.description]),
            "replyTo": words("reply_to", ["name": name]),
        ]
        if actsOnThread { fields["threadText"] = words.counted("thread_of", here.count) }
        fields = fields.adding(avatar.fields).adding(bodies).adding(attachments)
        let others = thread.map(\.message).filter { $0.id != listing.id }
        fields["hasConversation"] = !others.isEmpty
        fields["conversation"] = others.suffix(100).map(conversation)
        return fields
    }

    private func tag(_ tag: Tag) -> Fields { TagFields.fields(tag, tags.first { $0.tag == tag }) }

    private var tagChoices: [Fields] {
        tags.map { known in
            let isOn = listing.tags.contains(known.tag)
            return TagFields.fields(known.tag, known).adding(["on": isOn, "action": isOn ? "untag" : "tag"])
        }
    }

    // MARK: People

    private var recipients: String {
        let all = listing.to + detail.cc
        guard !all.isEmpty else { return words["no_recipient"] }
        let mine = Set(([mailbox.directory.address] + mailbox.directory.aliases).map { $0.description.lowercased() })
        let names = all.prefix(3).map { mine.contains($0.address.lowercased()) ? words["to_me"] : $0.display }
        let shown = names.joined(separator: ", ")
        guard all.count > 3 else { return shown }
        return words.counted("to_more", all.count - 3).replacing("{people}", with: shown)
    }

    private var addressLines: [Fields] {
        let lines: [(String, [HeaderAddress])] = [
            ("from", listing.from), ("reply_to_field", detail.replyTo), ("to", listing.to), ("cc", detail.cc),
            ("bcc", detail.bcc),
        ]
        let people = lines.filter { !$0.1.isEmpty }.map { line -> Fields in
            ["name": words[line.0], "text": RecipientReader.write(Array(line.1.prefix(200)))]
        }
        return people + [["name": words["date"], "text": visitor.clock.full(listing.received)]]
    }

    private func conversation(_ message: MessageListing) -> Fields {
        let from = message.from.first
        let avatar = Avatar(name: from?.name ?? "", address: from?.address ?? "")
        return avatar.fields.adding([
            "path": mailbox.path(message.folder, message.id), "unread": !message.flags.contains(.seen),
            "from": from?.display ?? words["no_sender"], "preview": message.preview,
            "date": visitor.clock.short(message.received),
            "iso": visitor.clock.iso(message.received),
        ])
    }

    // MARK: Text and files

    /// The HTML form is shown where there is one, in its own frame; else the plain text.
    private var bodies: Fields {
        var asksForImages = false
        let bodies = message.structure.displayParts.texts.map { text -> Fields in
            if let html = text.html, let content = texts[html] {
                if HTMLMail.hasExternalImages(content) { asksForImages = true }
                let images = showsImages && !alwaysShowsImages ? "1" : nil
                return [
                    "frame": FormFields.address("\(partsPath)/html/\(html)", ["images": images]),
                    "paper": HTMLColors.areOwn(content),
                ]
            }
            guard let plain = text.plain, let content = texts[plain] else { return [:] }
            return ["text": true, "paragraphs": paragraphs(plain, content)]
        }
        var fields: Fields = ["bodies": bodies]
        if asksForImages, !showsImages {
            fields["blockedImages"] = true
            let path = context.path(mailbox, message: listing)
            fields["imagesPath"] = path + (path.contains("?") ? "&" : "?") + "images=1"
        }
        return fields
    }

    private func paragraphs(_ part: Int, _ text: String) -> [Fields] {
        let structure = message.structure.parts[part]
        let isFlowed = structure.contentType.field.parameter("format")?.lowercased() == "flowed"
        let cut = structure.body.count > web.limits.shownText
        let rest: [Fields] = cut ? [["signature": true, "runs": [["text": words["text_cut"]]] as [Fields]]] : []
        return TextFields.paragraphs(text, isFlowed: isFlowed) + rest
    }

    private var attachments: Fields {
        let files = message.structure.displayParts.attachments.filter(Self.isListed)
        let total = words.size(files.reduce(0) { $0 + $1.size })
        return [
            "hasAttachments": !files.isEmpty,
            "saveAllPath": files.count > 1 ? "\(partsPath)/parts.zip" : "",
            "attachmentsText": words.counted("attachments", files.count).replacing("{size}", with: total),
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

    /// The texts that are shown, by part; of each no more than is shown.
    static func texts(of message: StoredMessage, limits: WebLimits) async throws -> [Int: String] {
        var texts: [Int: String] = [:]
        for text in message.structure.displayParts.texts.prefix(limits.shownTexts) {
            if let html = text.html {
                texts[html] = try await message.text(of: html, limit: limits.shownHTML)
            } else if let plain = text.plain {
                texts[plain] = try await message.text(of: plain, limit: limits.shownText)
            }
        }
        return texts
    }

    /// What stands on the file's little picture: its extension.
    static func kind(_ name: String) -> String {
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "FILE" }
        let end = name[name.index(after: dot)...].filter { $0.isLetter || $0.isNumber }
        return end.isEmpty ? "FILE" : String(end.uppercased().prefix(4))
    }
}
