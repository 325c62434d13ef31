internal import Directory
internal import MIME
internal import Mail
internal import Store

/// What stands beside the list when a message is opened: it, with the rest of its conversation.
struct MessageFields {
    let place: ReadingPlace
    /// The one that was asked for.
    let main: MessageListing
    /// Its own folder.
    let folder: Folder
    let conversation: Conversation
    let opened: [MessageID: OpenedMessage]

    private var words: Words { place.visitor.words }

    var fields: Fields {
        let meant = conversation.meant(in: place.context.threadFolder)
        let isThread = meant.count > 1
        let acts = meant.contains { $0.id == main.id } ? folder : meant.first.flatMap { place.folder($0.folder) } ?? folder
        let isPart = conversation.messages.count > 1
        let tags = meant.shownTags
        var fields: Fields = [
            "id": main.id.description, "threadID": main.thread.description, "folder": acts.id.description,
            "isSpam": acts.use == .spam, "moves": FolderFields.destinations(place.folders, from: acts, words),
            "subject": main.subject.isEmpty ? words["no_subject"] : main.subject, "high": main.priority == .high,
            "tags": tags.map(place.tag), "tagChoices": place.choices(tags),
            "colors": TagFields.choices(words, chosen: place.tags.count % TagFields.palette.count),
            "isThread": isThread, "isConversation": isPart, "pieces": conversation.pieces.map { piece($0, isPart: isPart) },
            "replyTo": words("reply_to", ["name": main.from.first?.display ?? words["no_sender"]]),
        ]
        if isThread { fields["threadText"] = words.counted("thread_of", meant.count) }
        if conversation.isCut { fields["cutText"] = words("conversation_cut", ["n": words.number(conversation.messages.count)]) }
        return fields.adding(place.paths(main)).adding(place.star(meant.contains { $0.flags.contains(.flagged) }))
    }

    private func piece(_ piece: Conversation.Piece, isPart: Bool) -> Fields {
        switch piece {
        case .message(let message): return ["letter": letter(message, isPart: isPart), "earlier": false]
        case .earlier(let messages):
            return [
                "letter": false,
                "earlier": [
                    "earlierText": words.counted("earlier", messages.count),
                    "letters": messages.map { letter($0, isPart: isPart) },
                ] as Fields,
            ]
        }
    }

    private func letter(_ message: MessageListing, isPart: Bool) -> Fields {
        LetterFields(place: place, listing: message, opened: opened[message.id], isPart: isPart).fields
    }
}
