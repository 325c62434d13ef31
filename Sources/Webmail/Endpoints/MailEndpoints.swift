internal import HTTPTypes
internal import HummingbirdCore
internal import MIME
internal import Mail
internal import Store

/// The three panes: lists, messages, searches.
enum MailEndpoints {
    static let all: [Endpoint] = [
        Endpoint(.get, "mail/:box") { web, call in
            let visitor = try await web.visitor(call)
            let mailbox = try await web.mailbox(call.parameters["box"], of: visitor)
            return Answer.redirect(mailbox.path(try await mailbox.account.folder(.inbox).id))
        },
        Endpoint(.get, "mail/:box/:folder") { web, call in
            let panes = try await Panes(web, call, folder: FolderID(call.integer("folder")))
            return try await panes.answer(call)
        },
        Endpoint(.get, "mail/:box/:folder/:message") { web, call in
            var panes = try await Panes(web, call, folder: FolderID(call.integer("folder")))
            try await panes.open(MessageID(call.integer("message")), call)
            return try await panes.answer(call)
        },
        Endpoint(.get, "mail/:box/:folder/:message/headers") { web, call in
            var panes = try await Panes(web, call, folder: FolderID(call.integer("folder")))
            try await panes.openHeaders(MessageID(call.integer("message")))
            return try await panes.answer(call, title: panes.visitor.words["headers"])
        },
        Endpoint(.get, "search/:box") { web, call in
            let panes = try await Panes(web, call, folder: nil)
            return try await panes.answer(call)
        },
    ]
}
