/// What came of a question: everything that a caller must tell apart, kept apart by the type.
package enum Answer: Hashable, Sendable {
    case records(RecordSet)
    /// The name is there, but has no record of the type.
    case noData(Proof)
    /// There is no such name (RFC 8020: nor any below it).
    case noName(Proof)
    /// Signatures that should be there are missing or wrong (RFC 4033 §5): nothing may be made of the answer. With the reason
    /// as the validator words it.
    case bogus(String)
    /// No server gave an answer: SERVFAIL, REFUSED and the like, by its code (RFC 1035 §4.1.1, RCODE).
    case serverFailure(code: Int)
    /// Nothing came within the deadline.
    case timeout

    /// Whether an answer, or its absence, is proven by signatures up to a trust anchor.
    package enum Proof: String, Hashable, Sendable {
        case secure, insecure
    }

    /// The records; empty in every other case.
    package var records: [RecordData] {
        if case .records(let set) = self { set.records } else { [] }
    }

    /// Whether asking again may give another answer.
    package var isTemporary: Bool {
        switch self {
        case .records, .noData, .noName: false
        case .bogus, .serverFailure, .timeout: true
        }
    }
}

/// Records of one type, never empty.
package struct RecordSet: Hashable, Sendable {
    package var proof: Answer.Proof
    package var records: [RecordData]
    /// Where CNAMEs led; nil where the name itself has the records.
    package var canonicalName: DNSName?
    /// Seconds that it may be remembered.
    package var timeToLive: Int

    package init(proof: Answer.Proof, records: [RecordData], canonicalName: DNSName? = nil, timeToLive: Int = 0) {
        self.proof = proof
        self.records = records
        self.canonicalName = canonicalName
        self.timeToLive = timeToLive
    }
}

/// Answers questions in DNS.
package protocol Resolver: Sendable {
    /// Follows CNAMEs. Never waits longer than the resolver's deadline.
    func ask(_ name: DNSName, _ type: RecordType) async -> Answer
}

extension Resolver {
    /// The addresses of a name, IPv4 first, and the worse of the two answers where one is no plain yes or no.
    package func addresses(of name: DNSName) async -> (addresses: [IPAddress], failure: Answer?) {
        async let four = ask(name, .a)
        async let six = ask(name, .aaaa)
        let answers = await [four, six]
        let addresses = answers.flatMap(\.records).compactMap { record -> IPAddress? in
            if case .address(let address) = record { address } else { nil }
        }
        return (addresses, answers.first(where: \.isTemporary))
    }
}
