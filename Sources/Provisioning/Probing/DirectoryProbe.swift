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
                    Step(name: "connect \(url)", worked: false, details: words(error)))
            }
        }
        return steps
    }

    private func tls(_ url: String) -> String {
        if url.hasPrefix("ldapi:") { return "unix socket" }
        if url.hasPrefix("ldaps:") { return "TLS, the certificate is trusted" }
        return source.configuration.startTLS ? "STARTTLS, the certificate is trusted" : "without TLS, on this machine"
    }

    private func words(_ error: LDAPError) -> [String] { ["\(error)"] + [cure(error)].compactMap(\.self) }

    private func cure(_ error: LDAPError) -> String? {
        switch error.kind {
        case .tls: "ca_file names the authorities that are trusted; the certificate must have the URL's host name"
        case .unreachable: "nobody answers there: host, port, firewall, or the server is down"
        case .invalidCredentials: "bind: dn or the password in password_file is wrong"
        case .noSuchObject: "base is not there, or this reader may not see it"
        case .refused where error.isOverLimit:
            "the server gives this reader no more than that; slapd does with 'limits \(limited) size=unlimited time=unlimited'"
        case .refused where error.isDenied: "the server's access rules do not let this reader see that"
        case .refused: nil
        }
    }

    /// This reader, in slapd.conf(5)'s words.
    private var limited: String {
        switch source.configuration.bind {
        case .anonymous: "anonymous"
        case .simple(let name, _): "dn.exact=\"\(Shown.text(name, 120))\""
        case .external: "dn.exact=\"…\""
        }
    }

    private func ask(_ connection: borrowing Connection) -> [Step] {
        var steps: [Step] = []
        do throws(LDAPError) {
            try connection.bind(source.server.identity)
            steps.append(Step(name: "bind", worked: true, details: [identity]))
        } catch {
            return [Step(name: "bind", worked: false, details: words(error))]
        }
        var tellsChanges = false
        do throws(LDAPError) {
            let root = try connection.root()
            tellsChanges = root.offersContentSynchronisation
            steps.append(Step(name: "server", worked: true, details: [words(root)]))
        } catch { steps.append(Step(name: "server", worked: false, details: ["\(error)"])) }
        for kind in AttributeMap.order {
            if let search = source.map.search(kind) { steps.append(step(kind, search, connection)) }
        }
        if source.configuration.sync.live, tellsChanges { steps.append(listening(connection)) }
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

    /// Reads everything, as a sync does: a limit of the server shows at no other number.
    private func step(_ kind: DirectoryNames.Kind, _ search: Search, _ connection: borrowing Connection) -> Step {
        let name = "search \(Self.words(kind))"
        var (count, sample): (Int, Entry?) = (0, nil)
        do {
            try connection.search(search, page: source.configuration.sync.pageSize) { entry in
                count += 1
                sample = sample ?? entry
            }
            var details = ["\(count) below \(search.base) for \(search.filter.text)"]
            if let sample { details += try self.sample(EntryMapping(source.map).whole(sample, kind, on: connection), kind) }
            return Step(name: name, worked: kind != .user || count > 0, details: details)
        } catch let error as LDAPError {
            return Step(name: name, worked: error.kind == .noSuchObject && kind != .user, details: words(error))
        } catch { return Step(name: name, worked: false, details: ["\(error)"]) }
    }

    /// Begins to listen as a live sync does. Where the server refuses, that is no failure: everything is read every interval.
    private func listening(_ connection: borrowing Connection) -> Step {
        var missing: [String] = []
        do {
            for kind in AttributeMap.order {
                guard let search = source.map.search(kind) else { continue }
                do { _ = try ContentSync(search, on: connection) { _ in } } catch let error as LDAPError
                    where error.kind == .noSuchObject && kind != .user
                {
                    missing.append("\(search.base) is not there: it is looked for every \(interval)")
                }
            }
            return Step(name: "listen", worked: true, details: ["the server tells this reader what changes"] + missing)
        } catch let error as LDAPError where error.kind == .refused {
            let instead = "not live: the server does not tell this reader what changes; all is read every \(interval)"
            return Step(name: "listen", worked: true, details: [instead] + words(error))
        } catch let error as LDAPError {
            return Step(name: "listen", worked: false, details: words(error))
        } catch { return Step(name: "listen", worked: false, details: ["\(error)"]) }
    }

    private var interval: String { DurationText.write(source.configuration.sync.interval) }

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
