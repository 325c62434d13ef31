package import DNS
package import Mail
internal import MailAuthentication
internal import MailConfiguration

/// Looks whether new keys can be used: a signature whose key some verifiers cannot find is worse than none.
package struct KeySighting: Sendable {
    private let servers: AuthoritativeServers

    package init(_ servers: AuthoritativeServers) { self.servers = servers }

    /// CNAMEs that are followed one after another.
    private static let mostAliases = 8

    /// Selectors of pending keys that every authoritative server shows as they are. A server that does not answer shows nothing.
    package func visible(_ keys: [DomainKey], of domain: DomainName) async -> Set<String> {
        var visible: Set<String> = []
        for key in keys where key.state == .pending {
            guard let name = DNSName(domain).child("\(key.selector)._domainkey") else { continue }
            if await isShown(key, at: name, aliases: Self.mostAliases) { visible.insert(key.selector) }
        }
        return visible
    }

    /// Verifiers follow a CNAME: where all servers have the same, those of its target are asked.
    private func isShown(_ key: DomainKey, at name: DNSName, aliases: Int) async -> Bool {
        guard let zone = await servers.zone(of: name) else { return false }
        let answers = await servers.ask(zone, name, .txt).map { try? $0.answer.get() }
        guard let first = answers.first, answers.allSatisfy({ $0?.isAuthoritative ?? false }) else { return false }
        guard let alias = first?.records(.cname, at: name).first else {
            return answers.allSatisfy { $0.map { Self.shows($0, key, at: name) } ?? false }
        }
        guard aliases > 0, case .name(let target) = alias, answers.allSatisfy({ $0?.records(.cname, at: name) == [alias] })
        else { return false }
        return await isShown(key, at: target, aliases: aliases - 1)
    }

    private static func shows(_ answer: ServerAnswer, _ key: DomainKey, at name: DNSName) -> Bool {
        let texts = answer.records(.txt, at: name).compactMap { record -> String? in
            if case .text(let octets) = record { String(decoding: octets, as: UTF8.self) } else { nil }
        }
        guard answer.code == 0, texts.count == 1, let record = try? DKIMKeyRecord(texts[0]) else { return false }
        return record.holds(key)
    }
}

extension DKIMKeyRecord {
    /// Compared as keys, however the record is written.
    func holds(_ key: DomainKey) -> Bool { kind.rawValue == key.algorithm.rawValue && holds(key.publicKey) }
}
