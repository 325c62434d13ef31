package import DNS

/// Finds the policy that holds for a domain, by the DNS tree walk (RFC 9989 §4.10).
package struct DMARCDiscovery {
    /// Names that one walk asks for (§4.10).
    package static let mostQuestions = 8

    /// What is at one name.
    package enum Entry: Hashable, Sendable {
        case record(DMARCRecord, text: String)
        case none
        /// Several records: none of them counts.
        case several([String])
        case broken(text: String, DMARCRecordError)
        case failed(Answer)
    }

    package struct Policy: Hashable, Sendable {
        package var record: DMARCRecord
        package var text: String
        /// Where it was found.
        package var domain: DNSName
    }

    private let resolver: any Resolver

    package init(_ resolver: any Resolver) { self.resolver = resolver }

    /// What stands at `_dmarc` below a name.
    package func entry(at domain: DNSName) async -> Entry {
        guard let name = domain.child("_dmarc") else { return .none }
        let answer = await resolver.ask(name, .txt)
        guard !answer.isTemporary else { return .failed(answer) }
        let found = answer.texts.filter(DMARCRecord.isRecord)
        guard let text = found.first else {
            // A record that only means to be one is told of: its writer believes it to hold.
            let meant = answer.texts.first { $0.lowercased().contains("dmarc1") }
            return meant.map { .broken(text: $0, .noVersion) } ?? .none
        }
        guard found.count == 1 else { return .several(found) }
        do throws(DMARCRecordError) { return .record(try DMARCRecord(text), text: text) } catch {
            return .broken(text: text, error)
        }
    }

    /// The policy for mail that says it is from this domain: its own, else that of its organizational domain, else that of its
    /// public suffix (§4.10.1). Nil without one.
    package func policy(for domain: DNSName) async throws(DMARCLookupFailure) -> Policy? {
        let found = try await walk(from: domain)
        if let own = found.first, own.domain == domain { return own }
        guard let organization = Self.organization(found, asked: domain) else { return nil }
        return found.first { $0.domain == organization } ?? found.first { $0.record.publicSuffix == .yes }
    }

    /// The organizational domain: by it two domains are aligned (§4.10.2).
    package func organizationalDomain(of domain: DNSName) async throws(DMARCLookupFailure) -> DNSName {
        Self.organization(try await walk(from: domain), asked: domain) ?? domain
    }

    /// The records from a name upwards, nearest first. What fails for now could be any record: nothing is made of the others.
    private func walk(from domain: DNSName) async throws(DMARCLookupFailure) -> [Policy] {
        var found: [Policy] = []
        for name in Self.path(from: domain) {
            switch await entry(at: name) {
            case .record(let record, let text):
                found.append(Policy(record: record, text: text, domain: name))
                if record.publicSuffix != .unknown { return found }
            case .failed(let answer): throw DMARCLookupFailure(domain: name, answer: answer)
            case .none, .several, .broken: break
            }
        }
        return found
    }

    /// The names asked for: after the first one no more than seven labels, so that long names cost no more than short ones.
    static func path(from domain: DNSName) -> [DNSName] {
        var path = [domain]
        var labels = domain.labels.dropFirst()
        if labels.count > mostQuestions - 1 { labels = labels.suffix(mostQuestions - 1) }
        while !labels.isEmpty {
            if let name = DNSName(labels.joined(separator: ".")) { path.append(name) }
            labels = labels.dropFirst()
        }
        return path
    }

    private static func organization(_ found: [Policy], asked: DNSName) -> DNSName? {
        for policy in found {
            if policy.record.publicSuffix == .no { return policy.domain }
            guard policy.record.publicSuffix == .yes, policy.domain != asked else { continue }
            // The domain below the public suffix, on the way to the name asked for.
            let depth = policy.domain.labels.count + 1
            return DNSName(asked.labels.suffix(depth).joined(separator: "."))
        }
        return found.min { $0.domain.labels.count < $1.domain.labels.count }?.domain
    }
}

/// A policy that cannot be found out for now.
package struct DMARCLookupFailure: Error, Hashable, Sendable {
    /// Whose record could not be asked for.
    package var domain: DNSName
    package var answer: Answer

    package init(domain: DNSName, answer: Answer) {
        self.domain = domain
        self.answer = answer
    }
}
