internal import HTTPTypes
internal import HummingbirdCore
internal import Mail
internal import Store

/// A person's own choices.
enum SettingsEndpoints {
    /// In the account's settings: `always` shows images on other servers (F29).
    static let imagesKey = "web.images"

    static let all: [Endpoint] = [
        Endpoint(.get, "settings") { web, call in
            let visitor = try await web.visitor(call)
            let mailbox = try await web.mailbox("me", of: visitor)
            let inbox = try await mailbox.account.folder(.inbox)
            var panes = try await Panes(web, visitor, mailbox, folder: inbox.id, query: FormFields())
            let images = try await mailbox.account.setting(imagesKey)
            panes.opened = ["settings": fields(web, call, visitor, images: images, inbox: mailbox.path(inbox.id))]
            return try await panes.answer(call, title: visitor.words["settings"])
        },
        Endpoint(.post, "settings") { web, call in try await save(web, call) },
    ]

    private static func fields(_ web: Web, _ call: Call, _ visitor: Visitor, images: String?, inbox: String) -> Fields {
        let words = visitor.words
        func choices(_ codes: [(String, String)], _ current: String) -> [Fields] {
            codes.map { ["code": $0.0, "name": $0.1, "selected": $0.0 == current] }
        }
        return [
            "stored": call.query["stored"] == "1", "inboxPath": inbox,
            "languages": choices(web.languages.all.map { ($0.language, $0.name) }, words.language),
            "themes": choices(
                [("", words["theme_system"]), ("light", words["theme_light"]), ("dark", words["theme_dark"])], visitor.theme ?? ""
            ),
            "imageChoices": choices([("", words["images_ask"]), ("always", words["images_always"])], images ?? ""),
        ]
    }

    private static func save(_ web: Web, _ call: Call) async throws -> Response {
        let (visitor, form) = try await web.changing(call)
        let mailbox = try await web.mailbox("me", of: visitor)
        try await mailbox.account.setSetting(imagesKey, form["images"] == "always" ? "always" : nil)
        var response = Answer.redirect("/settings?stored=1")
        if let words = web.languages.words(form["language"]) {
            response.setCookie(LoginEndpoints.languageCookie(words.language, call))
        }
        let theme = form["theme"].flatMap { ["light", "dark"].contains($0) ? $0 : nil }
        let life: Int64 = theme == nil ? 0 : 31_536_000
        response.setCookie(Cookies.set(Cookies.theme, theme ?? "", lifeInSeconds: life, isSecure: call.isSecure))
        return response
    }
}
