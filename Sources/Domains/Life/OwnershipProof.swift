package import DNS
internal import Mail
package import MailConfiguration

/// Looks for the proof of a domain's ownership.
package struct OwnershipSearch: Sendable {
    private let resolver: any Resolver
    private let site: WebSite

    package init(_ resolver: any Resolver, _ site: WebSite) {
        self.resolver = resolver
        self.site = site
    }

    /// One look, now.
    package func look(for token: OwnershipToken, _ proof: OwnershipProof) async -> OwnershipSighting {
        switch proof {
        case .dns: await record(token)
        case .web: await file(token)
        }
    }

    private func record(_ token: OwnershipToken) async -> OwnershipSighting {
        guard let name = token.recordName else { return .missing }
        let answer = await resolver.ask(name, .txt)
        guard !answer.isTemporary else { return .unreachable("\(name) cannot be read: \(Self.words(answer))") }
        let texts = answer.records.compactMap { record -> String? in
            if case .text(let octets) = record { String(decoding: octets, as: UTF8.self) } else { nil }
        }
        if texts.contains(token.recordValue) { return .seen }
        return texts.first.map { .other($0) } ?? .missing
    }

    private func file(_ token: OwnershipToken) async -> OwnershipSighting {
        switch await site.fetch("http://\(token.domain)\(OwnershipToken.path)") {
        case .page(let octets):
            let line = String(decoding: octets.prefix { $0 != 0x0a && $0 != 0x0d }, as: UTF8.self)
            return line == token.text ? .seen : .other(String(line.prefix(80)))
        case .status(let code): return code == 404 || code == 410 ? .missing : .unreachable("the web site answers \(code)")
        case .failure(let reason): return .unreachable(reason)
        }
    }

    private static func words(_ answer: Answer) -> String {
        switch answer {
        case .bogus: "its signatures are wrong"
        case .timeout: "no server answers"
        default: "its servers fail"
        }
    }
}
