internal import LDAP
internal import Mail
internal import MailConfiguration

/// Tries a directory step by step, for `ldap test`. Blocks: for threads that may wait.
package struct DirectoryProbe: Sendable {
    package struct Step: Codable, Sendable, Hashable {
        package var name: String
        package var worked: Bool
        /// What was found, a line each.
        package var details: [String]
    }

    /// Entries that a search counts; more are told as so many and more.
    private static let counted = 1000

    private let source: DirectorySource

    package init(_ source: DirectorySource) { self.source = source }

    /// Every step up to the first that the others build on and that failed.
    package func run() -> [Step] {
        var steps: [Step] = []
        for url in source.configuration.urls {
            var server = source.server
            server.urls = [url]
            do throws(LDAPError) {
                let connection = try Connection(server)
                steps.append(Step(name: "connect \(url)", worked: true, details: [tls(url)]))
                // Each server is connected to; one is asked.
                guard !steps.contains(where: { $0.name == "bind" }) else { continue }
                steps += ask(connection)
            } catch {
                steps.append(
                    Step(name: "connect \(url)", worked: false, details: ["\(error)", cure(error)].filter { !$0.isEmpty }))
            }
        }
        return steps
    }

    private func tls(_ url: String) -> String {
        if url.hasPrefix("ldapi:") { return "unix socket" }
        if url.hasPrefix("ldaps:") { return "TLS, the certificate is trusted" }
        return source.configuration.startTLS ? "STARTTLS, the certificate is trusted" : "without TLS, on this machine"
    }

    private func cure(_ error: LDAPError) -> String {
        switch error.kind {
        case .tls: "ca_file names the authorities that are trusted; the certificate must have the URL's host name"
        case .unreachable: "nobody answers there: host, port, firewall, or the server is down"
        case .invalidCredentials: "bind: dn or the password in password_file is wrong"
        case .noSuchObject: "base is not there, or this reader may not see it"
        case .refused: ""
        }
    }

    private func ask(_ connection: borrowing Connection) -> [Step] {
        var steps: [Step] = []
        do throws(LDAPError) {
            try connection.bind(source.server.identity)
            steps.append(Step(name: "bind", worked: true, details: [identity]))
        } catch {
            return [Step(name: "bind", worked: false, details: ["\(error)", cure(error)].filter { !$0.isEmpty })]
        }
        do throws(LDAPError) {
            let root = try connection.root()
            steps.append(Step(name: "server", worked: true, details: [words(root)]))
        } catch { steps.append(Step(name: "server", worked: false, details: ["\(error)"])) }
        for kind in AttributeMap.order {
            if let search = source.map.search(kind) { steps.append(step(kind, search, connection)) }
        }
        return steps
    }

    private var identity: String {
        switch source.configuration.bind {
        case .anonymous: "anonymous"
        case .simple(let name, _): "as \(name)"
        case .external: "SASL EXTERNAL"
        }
    }

    private func words(_ root: RootEntry) -> String {
        let live = root.offersContentSynchronisation ? "tells changes (RFC 4533)" : "tells no changes: read every interval"
        let pages = root.offersPages ? "pages" : "no pages"
        return [root.vendor.map { Shown.text($0, 40) }, pages, live].compactMap(\.self).joined(separator: ", ")
    }

    private func step(_ kind: DirectoryNames.Kind, _ search: Search, _ connection: borrowing Connection) -> Step {
        let name = "search \(Self.words(kind))"
        do throws(LDAPError) {
            let entries = try connection.first(Self.counted, of: search)
            let count = entries.count < Self.counted ? "\(entries.count)" : "\(Self.counted) and more"
            var details = ["\(count) below \(search.base) for \(search.filter.text)"]
            if let sample = entries.first { details += self.sample(sample, kind) }
            return Step(name: name, worked: kind != .user || !entries.isEmpty, details: details)
        } catch {
            let isFine = error.kind == .noSuchObject && kind != .user
            return Step(name: name, worked: isFine, details: ["\(error)", cure(error)].filter { !$0.isEmpty })
        }
    }

    static func words(_ kind: DirectoryNames.Kind) -> String {
        switch kind {
        case .user: "users"
        case .shared: "shared mailboxes"
        case .group: "groups"
        case .alias: "aliases"
        }
    }

    /// One entry as it is understood.
    private func sample(_ entry: Entry, _ kind: DirectoryNames.Kind) -> [String] {
        let mapped: EntryMapping.Mapped
        do throws(DirectoryFinding) { mapped = try EntryMapping(source.map).object(entry, kind) } catch { return [error.text] }
        let object = mapped.object
        let members = object.members.count + object.readers.count + object.writers.count + object.managers.count
        let rows: [(String, String)] = [
            ("sample", object.name), ("id", mapped.stableID), ("addresses", object.addresses.joined(separator: ", ")),
            ("logs in as", object.logins.joined(separator: ", ")), ("name", object.displayName ?? ""),
            ("quota", object.quota.map { SizeText.write(.init($0)) } ?? ""), ("language", object.language?.rawValue ?? ""),
            ("suspended", object.isSuspended ? "yes" : ""), ("members", members > 0 ? "\(members)" : ""),
            ("leads to", object.targets.map(\.text).joined(separator: ", ")),
        ]
        return rows.filter { !$0.1.isEmpty }.map { "\($0.0): \(Shown.text($0.1, 120))" } + object.findings.map(\.text)
    }
}
