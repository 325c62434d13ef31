internal import Directory
internal import Mail
internal import Store

/// Fields that every page of a logged-in visitor has.
struct Shell {
    let web: Web
    let visitor: Visitor
    let mailbox: OpenMailbox
    let folders: [Folder]
    /// The list that is shown, which a new message comes back to.
    let folder: FolderID?

    func path(_ use: SpecialUse) -> String { folders.first { $0.use == use }.map { mailbox.path($0.id) } ?? "/" }

    func fields(title: String) -> Fields {
        let account = visitor.account
        let avatar = Avatar(name: account.displayName, address: account.address.description)
        var fields: Fields = [
            "lang": visitor.words.language, "title": title,
            "script": "app.js", "csrf": visitor.session.csrf, "box": mailbox.name, "brand": account.tenantName,
            "me": avatar.fields.adding(["name": account.displayName, "address": account.address.description]),
            "inboxPath": path(.inbox), "draftsPath": path(.drafts), "sentPath": path(.sent),
            "composePath": FormFields.address(
                "/compose", ["box": mailbox.isOwn ? nil : mailbox.name, "folder": folder.map(\.description)]),
            "searchPath": "/search/\(mailbox.name)",
        ]
        fields.set("theme", visitor.theme)
        return fields
    }
}

/// The three panes, with a list and what is opened beside it.
struct MailPage: Page {
    static let template = "mail"

    let fields: Fields
}

/// The log-in page.
struct LoginPage: Page {
    static let template = "login"

    let fields: Fields
}

/// An error on a page of its own.
struct ErrorPage: Page {
    static let template = "error"

    let fields: Fields
}
