package import DNS

/// `check_host()`, RFC 7208 §4.
package struct SPFEvaluation {
    /// §4.6.4
    package enum Limits {
        /// Terms that ask DNS: include, a, mx, ptr, exists, redirect.
        package static let lookups = 10
        /// Look-ups that find nothing.
        package static let voidLookups = 2
        /// MX hosts of one `mx`; more are an error.
        package static let exchanges = 10
        /// Names of one `ptr`; more are passed over.
        package static let pointers = 10
    }

    /// What an evaluation came to, and how.
    package struct Outcome: Hashable, Sendable {
        package var verdict: SPFVerdict
        /// Why it is an error; nil where it is none.
        package var problem: SPFProblem?
        /// The directive that decided, or what is wrong, for people.
        package var reason: String
        /// Terms that asked DNS.
        package var lookups: Int
        package var voidLookups: Int
        /// Domains whose `pass` would have counted as one of the client's domain, or as neutral there, as far as it came: that one
        /// itself, where it redirects to, and what it includes.
        package var allowing: Set<DNSName>
        /// The domain's own words to whom it refuses (§6.2); only beside `fail`.
        package var explanation: String?
    }

    private let resolver: any Resolver
    private let client: SPFClient
    private var lookups = 0
    private var voidLookups = 0
    private var allowing: Set<DNSName> = []
    private var validated: String?

    private init(_ resolver: any Resolver, _ client: SPFClient) {
        self.resolver = resolver
        self.client = client
    }

    /// Evaluates the record of the client's domain.
    package static func outcome(of client: SPFClient, by resolver: any Resolver) async -> Outcome {
        var evaluation = SPFEvaluation(resolver, client)
        let decision = await evaluation.check(client.domain)
        return Outcome(
            verdict: decision.verdict, problem: decision.problem, reason: decision.reason, lookups: evaluation.lookups,
            voidLookups: evaluation.voidLookups, allowing: evaluation.allowing, explanation: decision.explanation)
    }

    /// How a record was come to, and so what its `pass` is worth to the client's domain.
    private enum Way {
        /// As its own record, by redirects at most.
        case own
        case included
        /// By an include whose match passes nothing: `-include`, or a `?include` within another record.
        case refused

        func including(as qualifier: SPFRecord.Qualifier) -> Way {
            switch (self, qualifier) {
            case (.own, .pass), (.own, .neutral), (.included, .pass): .included
            default: .refused
            }
        }
    }

    private struct Decision {
        var verdict: SPFVerdict
        var problem: SPFProblem?
        var reason: String
        var explanation: String?
    }

    /// An error that ends the whole evaluation.
    private enum Trouble: Error {
        case temporary(String)
        case permanent(SPFProblem, String)
    }

    // MARK: One record

    private mutating func check(_ domain: DNSName) async -> Decision {
        do throws(Trouble) {
            return try await evaluate(domain, by: .own)
        } catch {
            switch error {
            case .temporary(let reason): return Decision(verdict: .temperror, problem: .unreachable, reason: reason)
            case .permanent(let problem, let reason): return Decision(verdict: .permerror, problem: problem, reason: reason)
            }
        }
    }

    private mutating func evaluate(_ domain: DNSName, by way: Way) async throws(Trouble) -> Decision {
        // §4.3
        guard domain.labels.count > 1 else { return Decision(verdict: .none, reason: "\(domain) is no domain of mail") }
        guard let text = try await recordText(domain) else {
            return Decision(verdict: .none, reason: "\(domain) has no SPF record")
        }
        let record: SPFRecord
        do throws(SPFSyntaxError) { record = try SPFRecord(text) } catch {
            throw .permanent(.syntax, "the record of \(domain) has an error: \(error)")
        }
        if way != .refused { allowing.insert(domain) }
        for directive in record.directives {
            guard try await matches(directive, domain, way) else { continue }
            let verdict = directive.qualifier.verdict
            let reason = "\(directive.text) in the record of \(domain)"
            guard verdict == .fail else { return Decision(verdict: verdict, reason: reason) }
            return Decision(
                verdict: .fail, reason: reason, explanation: await explanation(record.explanation, domain))
        }
        guard let redirect = record.redirect else {
            return Decision(verdict: .neutral, reason: "nothing in the record of \(domain) fits")
        }
        // §6.1
        try countLookup()
        guard let target = await name(redirect, domain) else {
            throw .permanent(.missingRedirect, "redirect of \(domain) leads to no name")
        }
        let decision = try await evaluate(target, by: way)
        guard decision.verdict != .none else {
            throw .permanent(.missingRedirect, "redirect of \(domain) leads to \(target), which has no SPF record")
        }
        return decision
    }

    /// The one SPF record of a domain (§4.4, §4.5).
    private mutating func recordText(_ domain: DNSName) async throws(Trouble) -> String? {
        let answer = await resolver.ask(domain, .txt)
        switch answer {
        case .records, .noData, .noName: break
        case .bogus, .serverFailure, .timeout: throw .temporary("the records of \(domain) cannot be read: \(answer.words)")
        }
        let found = answer.texts.filter(SPFRecord.isRecord)
        guard found.count < 2 else { throw .permanent(.several, "\(domain) has \(found.count) SPF records") }
        return found.first
    }

    // MARK: Mechanisms

    private mutating func matches(
        _ directive: SPFRecord.Directive, _ domain: DNSName, _ way: Way
    ) async throws(Trouble) -> Bool {
        switch directive.mechanism {
        case .all: return true
        case .network(let network, let length): return client.address.isWithin(network, length: length)
        case .include(let target): return try await includes(target, domain, way.including(as: directive.qualifier))
        case .exists(let target):
            try countLookup()
            guard let name = await name(target, domain) else { return false }
            return try await !records(name, .a).isEmpty
        case .a(let target, let prefixes):
            try countLookup()
            guard let name = await name(target, domain) else { return false }
            return try await isAmongAddresses(of: name, prefixes)
        case .mx(let target, let prefixes):
            try countLookup()
            guard let name = await name(target, domain) else { return false }
            return try await isAmongExchanges(of: name, prefixes)
        case .ptr(let target):
            try countLookup()
            guard let name = await name(target, domain) else { return false }
            return try await validatedNames().contains { $0.isWithin(name) }
        }
    }

    /// §5.2
    private mutating func includes(_ target: SPFMacroString, _ domain: DNSName, _ way: Way) async throws(Trouble) -> Bool {
        try countLookup()
        guard let name = await name(target, domain) else {
            throw .permanent(.missingInclude, "an include of \(domain) leads to no name")
        }
        let decision = try await evaluate(name, by: way)
        switch decision.verdict {
        case .pass: return true
        case .fail, .softfail, .neutral: return false
        case .none: throw .permanent(.missingInclude, "\(domain) includes \(name), which has no SPF record")
        case .temperror: throw .temporary(decision.reason)
        case .permerror: throw .permanent(decision.problem ?? .syntax, decision.reason)
        }
    }

    private mutating func isAmongAddresses(of name: DNSName, _ prefixes: SPFPrefixes) async throws(Trouble) -> Bool {
        let length = prefixes.length(for: client.address)
        return try await records(name, client.address.isIPv6 ? .aaaa : .a).contains { record in
            if case .address(let address) = record { client.address.isWithin(address, length: length) } else { false }
        }
    }

    private mutating func isAmongExchanges(of name: DNSName, _ prefixes: SPFPrefixes) async throws(Trouble) -> Bool {
        let exchanges = try await records(name, .mx).compactMap { record -> MailExchange? in
            if case .exchange(let exchange) = record { exchange } else { nil }
        }
        guard exchanges.count <= Limits.exchanges else {
            throw .permanent(.exchanges, "\(name) has more than \(Limits.exchanges) MX records")
        }
        for exchange in exchanges.sorted(by: { $0.preference < $1.preference }) where !exchange.host.isRoot {
            if try await isAmongAddresses(of: exchange.host, prefixes) { return true }
        }
        return false
    }

    /// The client's names whose addresses lead back to it (§5.5). Trouble on the way makes them fewer, no error.
    private mutating func validatedNames() async throws(Trouble) -> [DNSName] {
        let answer = await resolver.ask(client.address.reverseName, .ptr)
        try countVoid(answer)
        let names = answer.records.compactMap { record -> DNSName? in
            if case .name(let name) = record { name } else { nil }
        }
        var valid: [DNSName] = []
        for name in names.prefix(Limits.pointers) {
            let found = await resolver.ask(name, client.address.isIPv6 ? .aaaa : .a)
            if found.records.contains(.address(client.address)) { valid.append(name) }
        }
        return valid
    }

    // MARK: Look-ups

    private mutating func records(_ name: DNSName, _ type: RecordType) async throws(Trouble) -> [RecordData] {
        let answer = await resolver.ask(name, type)
        guard !answer.isTemporary else { throw .temporary("\(name) \(type) cannot be looked up: \(answer.words)") }
        try countVoid(answer)
        return answer.records
    }

    private mutating func countLookup() throws(Trouble) {
        lookups += 1
        guard lookups <= Limits.lookups else { throw .permanent(.lookups, "more than \(Limits.lookups) terms need look-ups") }
    }

    private mutating func countVoid(_ answer: Answer) throws(Trouble) {
        switch answer {
        case .noData, .noName: voidLookups += 1
        case .records, .bogus, .serverFailure, .timeout: return
        }
        guard voidLookups <= Limits.voidLookups else {
            throw .permanent(.voidLookups, "more than \(Limits.voidLookups) look-ups find nothing")
        }
    }

    /// The name that a term means; the domain itself where it names none. Nil where the expansion is no name (§4.8).
    private mutating func name(_ target: SPFMacroString?, _ domain: DNSName) async -> DNSName? {
        guard let target else { return domain }
        let validatedName = await target.usesValidatedName ? validatedName(domain) : "unknown"
        return SPFMacroString.name(target.expanded(for: client, domain: domain, validatedName: validatedName))
    }

    /// `%{p}` (§7.3): the domain itself, else a name below it, else any.
    private mutating func validatedName(_ domain: DNSName) async -> String {
        if let validated { return validated }
        let names = (try? await validatedNames()) ?? []
        let chosen = names.first { $0 == domain } ?? names.first { $0.isWithin(domain) } ?? names.first
        validated = chosen?.text ?? "unknown"
        return validated ?? "unknown"
    }

    /// §6.2; whatever goes wrong, there is none.
    private mutating func explanation(_ target: SPFMacroString?, _ domain: DNSName) async -> String? {
        guard let target, let name = await name(target, domain) else { return nil }
        let texts = await resolver.ask(name, .txt).texts
        guard texts.count == 1, let text = texts.first, text.utf8.allSatisfy({ (0x20...0x7e).contains($0) }),
            let macros = try? SPFMacroString(text[...], explains: true)
        else { return nil }
        let validatedName = await macros.usesValidatedName ? validatedName(domain) : "unknown"
        return macros.expanded(for: client, domain: domain, validatedName: validatedName)
    }
}

extension SPFRecord.Qualifier {
    var verdict: SPFVerdict {
        switch self {
        case .pass: .pass
        case .fail: .fail
        case .softfail: .softfail
        case .neutral: .neutral
        }
    }
}

extension Answer {
    /// TXT records as texts; octets beyond UTF-8 become replacement characters, which no record may hold.
    package var texts: [String] {
        records.compactMap { record in
            if case .text(let octets) = record { String(decoding: octets, as: UTF8.self) } else { nil }
        }
    }

    /// What came of a question, for people.
    package var words: String {
        switch self {
        case .records(let set): "\(set.records.count) records"
        case .noData: "no such record"
        case .noName: "no such name"
        case .bogus(let why): "its signatures are wrong (\(why))"
        case .serverFailure(let code): "its servers answer \(ServerError.name(code))"
        case .timeout: "its servers do not answer"
        }
    }
}
