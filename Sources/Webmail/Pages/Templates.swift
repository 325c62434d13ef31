internal import FoundationEssentials
internal import Mustache

/// The pages' templates, read and compiled once at the start.
package struct Templates: Sendable {
    /// Files of the folder `web` that must be there.
    static let names = [
        "head", "login", "error", "mail", "undo", "topbar", "folders", "folder", "list", "rows", "nothing", "message", "runs",
        "compose", "settings", "keys",
    ]

    private let library: MustacheLibrary

    /// - Parameter folder: the templates' folder, with `web` in it.
    /// - Throws: `WebStartError` with the file and what is wrong with it.
    package init(folder: String) throws(WebStartError) {
        var library = MustacheLibrary()
        for name in Self.names {
            let path = "\(folder)/web/\(name).mustache"
            guard let octets = FileManager.default.contents(atPath: path) else {
                throw WebStartError("the template \(path) is missing or cannot be read")
            }
            do { try library.register(String(decoding: octets, as: UTF8.self), named: name) } catch {
                throw WebStartError("the template \(path) is not well-formed: \(error)")
            }
        }
        self.library = library
    }

    /// The page as HTML.
    package func render(_ page: some Page) -> String { render(page.fields, with: type(of: page).template) }

    package func render(_ fields: Fields, with template: String) -> String {
        library.render(fields as [String: Any], withTemplate: template) ?? ""
    }
}

/// Why the web cannot start.
package struct WebStartError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
