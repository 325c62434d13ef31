internal import FoundationEssentials
internal import NIOCore

/// The pages' templates, read and compiled once at the start, for each language.
package struct Templates: Sendable {
    private let byLanguage: [String: [String: Template]]

    /// - Parameters:
    ///   - folder: the templates' folder, with `web` in it: each `*.mustache` is a template or a part of one.
    ///   - constants: values that are the same on every page.
    /// - Throws: `WebStartError` with what is missing or wrong.
    package init(folder: String, languages: Languages, constants: [String: String]) throws(WebStartError) {
        let sources = try Self.sources(folder)
        var byLanguage: [String: [String: Template]] = [:]
        for words in languages.all {
            var constants = constants
            for (key, text) in words.texts { constants["t.\(key)"] = text }
            let reader = TemplateReader(sources: sources, constants: constants)
            var templates: [String: Template] = [:]
            for name in sources.keys {
                do { templates[name] = try reader.template(named: name) } catch {
                    throw WebStartError("the template \(folder)/web/\(name).mustache is not well-formed: \(error)")
                }
            }
            byLanguage[words.language] = templates
        }
        self.byLanguage = byLanguage
    }

    private static func sources(_ folder: String) throws(WebStartError) -> [String: String] {
        let suffix = ".mustache"
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/web") else {
            throw WebStartError("the folder \(folder)/web is missing or cannot be read")
        }
        var sources: [String: String] = [:]
        for name in names where name.hasSuffix(suffix) {
            guard let octets = FileManager.default.contents(atPath: "\(folder)/web/\(name)") else {
                throw WebStartError("the template \(folder)/web/\(name) cannot be read")
            }
            sources[String(name.dropLast(suffix.count))] = String(decoding: octets, as: UTF8.self)
        }
        for page in [MailPage.template, LoginPage.template, ErrorPage.template] where sources[page] == nil {
            throw WebStartError("the template \(folder)/web/\(page)\(suffix) is missing")
        }
        return sources
    }

    /// The page as HTML.
    func render(_ page: some Page, in words: Words) -> ByteBuffer {
        render(page.fields, with: type(of: page).template, in: words)
    }

    /// A piece of a page.
    func render(_ fields: Fields, with template: String, in words: Words) -> ByteBuffer {
        guard let template = byLanguage[words.language]?[template] else {
            preconditionFailure("there is no template \(template)")
        }
        var renderer = TemplateRenderer(fields)
        renderer.write(template.pieces)
        return renderer.output
    }
}

/// Why the web cannot start.
package struct WebStartError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
