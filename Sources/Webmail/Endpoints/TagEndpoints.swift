internal import Directory
internal import Foundation
internal import HTTPTypes
internal import HummingbirdCore
internal import Mail
internal import Store

/// A person's tags (F105): making one, its colour, forgetting it. A name never changes.
enum TagEndpoints {
    static let all: [Endpoint] = [
        Endpoint(.post, "tags") { web, call in try await create(web, call) },
        Endpoint(.post, "tags/color") { web, call in try await color(web, call) },
        Endpoint(.post, "tags/delete") { web, call in try await delete(web, call) },
    ]

    private static func create(_ web: Web, _ call: Call) async throws -> Response {
        let (visitor, form) = try await web.changing(call)
        let mailbox = try await web.mailbox(form["box"], of: visitor)
        let title = Written.oneLine(form["name"] ?? "").trimmed
        guard let tag = tag(title), let color = TagFields.stored(form["color"].flatMap { Int($0) } ?? 0) else {
            throw WebRefusal.problem("err_tag_name")
        }
        try await mailbox.account.define(TagDefinition(tag: tag, title: title, color: color))
        let ids = try await PickedMessages(form, in: mailbox.account, limit: web.limits.messagesPerAction).ids
        // A tag that is made at a message is put on it.
        if !ids.isEmpty { try await mailbox.account.setFlags(FlagChange(.add, tags: [tag]), of: ids) }
        return answer(call, visitor, form, "tag_created")
    }

    /// IMAP's keywords have no spaces and only ASCII (F107): the name is made of the title's letters, the title is kept beside it.
    static func tag(_ title: String) -> Tag? {
        guard !title.isEmpty, title.count <= Tag.longest else { return nil }
        var name = ""
        for scalar in title.lowercased().decomposedStringWithCanonicalMapping.unicodeScalars {
            if Tag(String(scalar)) != nil {
                name.unicodeScalars.append(scalar)
            } else if scalar.properties.isWhitespace {
                name += "-"
            } else if !(0x300...0x36f).contains(scalar.value) {
                name += String(scalar.value, radix: 16)
            }
        }
        return name.hasPrefix("$") ? nil : Tag(name)
    }

    private static func color(_ web: Web, _ call: Call) async throws -> Response {
        let (visitor, form) = try await web.changing(call)
        let (mailbox, known) = try await known(web, visitor, form)
        guard let color = form["color"].flatMap({ Int($0) }).flatMap(TagFields.stored) else { throw WebRefusal.badRequest }
        try await mailbox.account.define(TagDefinition(tag: known.tag, title: known.title, color: color))
        return answer(call, visitor, form, "done")
    }

    private static func delete(_ web: Web, _ call: Call) async throws -> Response {
        let (visitor, form) = try await web.changing(call)
        let (mailbox, known) = try await known(web, visitor, form)
        try await mailbox.account.deleteTag(known.tag)
        return answer(call, visitor, form, "tag_deleted")
    }

    private static func known(
        _ web: Web, _ visitor: Visitor, _ form: FormFields
    ) async throws -> (OpenMailbox, TagDefinition) {
        let mailbox = try await web.mailbox(form["box"], of: visitor)
        guard let tag = form["tag"].flatMap({ Tag($0) }),
            let known = try await mailbox.account.tags().first(where: { $0.tag == tag })
        else { throw WebRefusal.notFound }
        return (mailbox, known)
    }

    private static func answer(_ call: Call, _ visitor: Visitor, _ form: FormFields, _ key: String) -> Response {
        if call.wantsJSON { return Answer.json(["text": visitor.words[key]]) }
        let back = Answer.safe(form["return"])
        return Answer.redirect("\(back)\(back.contains("?") ? "&" : "?")flash=\(key)")
    }
}
