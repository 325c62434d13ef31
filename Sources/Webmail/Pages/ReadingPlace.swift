internal import Mail
internal import Store

/// What all messages beside a list are shown with.
struct ReadingPlace: Sendable {
    let visitor: Visitor
    let mailbox: OpenMailbox
    /// The list beside.
    let context: ListContext
    let folders: [Folder]
    let tags: [TagDefinition]
    let limits: WebLimits
    /// Whether pictures on other servers are shown without asking.
    let alwaysShowsImages: Bool
    /// Tags that all that the bar's buttons mean has: they stand at the subject alone.
    let sharedTags: Set<Tag>

    func folder(_ id: FolderID) -> Folder? { folders.first { $0.id == id } }

    func tag(_ tag: Tag) -> Fields { TagFields.fields(tag, tags.first { $0.tag == tag }) }

    /// The known tags, each to be put on, or taken off where it is on.
    func choices(_ on: [Tag]) -> [Fields] {
        tags.map { known in
            let isOn = on.contains(known.tag)
            return TagFields.fields(known.tag, known).adding(["on": isOn, "action": isOn ? "untag" : "tag"])
        }
    }

    /// Where a message is answered and forwarded, and one goes to with it.
    func paths(_ message: MessageListing) -> Fields {
        let parts = mailbox.path(message: message.id)
        func compose(_ kind: String) -> String {
            FormFields.address(
                "/compose",
                [
                    "box": mailbox.name, "folder": context.folder?.id.description, "source": message.id.description, "kind": kind,
                ])
        }
        return [
            "path": context.path(mailbox, message: message), "listPath": context.path(mailbox), "replyPath": compose("reply"),
            "replyAllPath": compose("replyall"), "forwardPath": compose("forward"), "sourcePath": parts + "/source",
            "headersPath": "\(mailbox.path(message.folder, message.id))/headers",
            "editPath": FormFields.address("/compose", ["box": mailbox.name, "draft": message.id.description]),
        ]
    }

    /// The star as it is, and the button that changes it.
    func star(_ isStarred: Bool) -> Fields {
        [
            "starred": isStarred, "starAction": isStarred ? "unstar" : "star",
            "starText": visitor.words[isStarred ? "unstar" : "star"], "starIcon": isStarred ? "star-full" : "star",
        ]
    }
}

/// A message whose text is shown.
struct OpenedMessage: Sendable {
    let detail: MessageDetail
    let message: StoredMessage
    /// The texts that are shown, by part.
    let texts: [Int: String]
    /// Whether its pictures on other servers are shown.
    let showsImages: Bool
}
