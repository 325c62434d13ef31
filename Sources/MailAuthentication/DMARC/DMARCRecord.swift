internal import Mail

/// A DMARC policy record (RFC 9989 §4.7).
package struct DMARCRecord: Hashable, Sendable {
    package enum Policy: String, Hashable, Sendable, Comparable {
        case none, quarantine, reject

        private var order: Int {
            switch self {
            case .none: 0
            case .quarantine: 1
            case .reject: 2
            }
        }

        /// The next weaker one.
        package var weaker: Policy { self == .reject ? .quarantine : .none }

        package static func < (left: Policy, right: Policy) -> Bool { left.order < right.order }
    }

    /// `adkim`, `aspf`
    package enum Alignment: String, Hashable, Sendable {
        case relaxed = "r"
        case strict = "s"
    }

    /// `psd`: whether the domain is a public suffix.
    package enum PublicSuffix: String, Hashable, Sendable {
        case yes = "y"
        case no = "n"
        case unknown = "u"
    }

    package var policy: Policy
    /// Which error makes the policy `none` (§4.10.1); nil where none does.
    package var policyError: DMARCRecordError?
    /// `sp`; nil where it is as `policy`.
    package var subdomainPolicy: Policy?
    /// `np`: for subdomains that do not exist; nil where it is as `sp`.
    package var missingSubdomainPolicy: Policy?
    package var dkimAlignment: Alignment
    package var spfAlignment: Alignment
    package var publicSuffix: PublicSuffix
    /// `t=y`: receivers are asked to apply the next weaker policy.
    package var isTesting: Bool
    /// `rua` and `ruf`, the addresses of mailto URIs.
    package var reportAddresses: [String]
    package var failureAddresses: [String]
    /// What was passed over: tags and values that are wrong, and tags that RFC 9989 has no more.
    package var passedOver: [String]

    /// Whether a TXT record at `_dmarc` is meant as one: `v=DMARC1` is its first tag, to the letter.
    package static func isRecord(_ text: String) -> Bool {
        let head = text.prefix { $0 != ";" }
        let parts = head.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return false }
        return parts[0].trimmed == "v" && parts[1].trimmed == "DMARC1"
    }

    /// The policy for existing subdomains that have no record of their own (§4.7).
    package var policyBelow: Policy { subdomainPolicy ?? policy }

    /// What receivers are asked to apply of a policy: with `t=y` the next weaker one (§4.7).
    package func applied(_ policy: Policy) -> Policy { isTesting ? policy.weaker : policy }

    /// §4.10.1: beside usable `rua`, a record without `p`, or with an error in `p`, `sp` or `np`, means `p=none`; without, it is
    /// none. Any other tag with an error is passed over (§4.7).
    package init(_ text: String) throws(DMARCRecordError) {
        guard Self.isRecord(text) else { throw .noVersion }
        let (tags, broken) = Self.tags(text)
        var passedOver = broken
        func read<Value: RawRepresentable>(_ name: String) -> Value? where Value.RawValue == String {
            guard let text = tags[name] else { return nil }
            let value = Value(rawValue: text.lowercased())
            if value == nil { passedOver.append("\(name)=\(text)") }
            return value
        }
        func addresses(_ name: String) -> [String] {
            guard let text = tags[name] else { return [] }
            let uris = text.split(separator: ",").map(\.trimmed)
            let found = uris.compactMap(Self.address)
            if found.count < uris.count { passedOver.append("\(name)=\(text)") }
            return found
        }
        reportAddresses = addresses("rua")
        failureAddresses = addresses("ruf")
        let policies = ["p", "sp", "np"].map { tags[$0].flatMap { Policy(rawValue: $0.lowercased()) } }
        let wrong = zip(["p", "sp", "np"], policies).first { $1 == nil && tags[$0] != nil }?.0
        policyError = wrong.map { .wrongPolicy(tag: $0, tags[$0] ?? "") }
        guard !reportAddresses.isEmpty || policyError == nil && policies[0] != nil else { throw policyError ?? .noPolicy }
        policy = policyError == nil ? policies[0] ?? .none : .none
        subdomainPolicy = policyError == nil ? policies[1] : nil
        missingSubdomainPolicy = policyError == nil ? policies[2] : nil
        dkimAlignment = read("adkim") ?? .relaxed
        spfAlignment = read("aspf") ?? .relaxed
        publicSuffix = read("psd") ?? .unknown
        isTesting = tags["t"]?.lowercased() == "y"
        for name in ["pct", "rf", "ri"] where tags[name] != nil { passedOver.append("\(name)=\(tags[name] ?? "")") }
        self.passedOver = passedOver
    }

    /// Tags by name in lower case, the first of each, and the parts that are none.
    private static func tags(_ text: String) -> ([String: String], [String]) {
        var tags: [String: String] = [:]
        var broken: [String] = []
        for part in text.split(separator: ";").map(\.trimmed) where !part.isEmpty {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2, !pair[0].trimmed.isEmpty else {
                broken.append(part)
                continue
            }
            let name = pair[0].trimmed.lowercased()
            if tags[name] == nil { tags[name] = pair[1].trimmed } else { broken.append(part) }
        }
        return (tags, broken)
    }

    /// `mailto:address`; what once stood behind `!`, a size, is passed over.
    private static func address(_ uri: String) -> String? {
        guard uri.lowercased().hasPrefix("mailto:") else { return nil }
        let address = String(uri.dropFirst(7).prefix { $0 != "!" })
        return (try? Address(address)).map(\.description)
    }
}

package enum DMARCRecordError: Error, Hashable, Sendable, CustomStringConvertible {
    case noVersion
    case noPolicy
    /// Of `p`, `sp` or `np`.
    case wrongPolicy(tag: String, String)

    package var description: String {
        switch self {
        case .noVersion: "v=DMARC1 must come first"
        case .noPolicy: "it has no policy (p=)"
        case .wrongPolicy(let tag, let text): "\(tag)=\(text) is no policy: none, quarantine or reject"
        }
    }
}

extension Substring {
    fileprivate var trimmed: String {
        var text = self
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
