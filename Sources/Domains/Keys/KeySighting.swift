package import DNS
package import Mail
internal import MailAuthentication
internal import MailConfiguration

/// Looks whether new keys can be used: a signature whose key some verifiers cannot find is worse than none.
package struct KeySighting: Sendable {
    private let servers: AuthoritativeServers

    package init(_ servers: AuthoritativeServers) { self.servers = servers }

    /// Selectors of pending keys that every authoritative server shows as they are. A server that does not answer shows nothing.
    package func visible(_ keys: [DomainKey], of domain: DomainName) async -> Set<String> {
        let pending = keys.filter { $0.state == .pending }
        guard !pending.isEmpty else { return [] }
        var visible: Set<String> = []
        for key in pending {
            guard let name = DNSName(domain).child("\(key.selector)._domainkey"), let zone = await servers.zone(of: name) else {
                continue
            }
            let opinions = await servers.ask(zone, name, .txt)
            if !opinions.isEmpty, opinions.allSatisfy({ Self.shows($0, key, at: name) }) { visible.insert(key.selector) }
        }
        return visible
    }

    private static func shows(_ opinion: ServerOpinion, _ key: DomainKey, at name: DNSName) -> Bool {
        guard case .success(let answer) = opinion.answer, answer.code == 0, answer.isAuthoritative else { return false }
        let texts = answer.records(.txt, at: name).compactMap { record -> String? in
            if case .text(let octets) = record { String(decoding: octets, as: UTF8.self) } else { nil }
        }
        guard texts.count == 1, let record = try? DKIMKeyRecord(texts[0]) else { return false }
        return record.holds(key)
    }
}

extension DKIMKeyRecord {
    /// Compared as keys, however the record is written.
    func holds(_ key: DomainKey) -> Bool { kind.rawValue == key.algorithm.rawValue && holds(key.publicKey) }
}
