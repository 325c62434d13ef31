/// What one named server said.
package struct ServerAnswer: Hashable, Sendable {
    /// RCODE, RFC 1035 §4.1.1; 0 is no error, 3 no such name, 5 refused.
    package var code: Int
    /// Whether it speaks for the zone (AA).
    package var isAuthoritative: Bool
    package var answers: [ServerRecord]
    /// The authority section: the zone's SOA beside an empty answer, NS in a referral.
    package var authority: [ServerRecord]

    /// The data of the answers of a type at a name.
    package func records(_ type: RecordType, at name: DNSName) -> [RecordData] {
        answers.filter { $0.type == type && $0.name == name }.map(\.data)
    }
}

package struct ServerRecord: Hashable, Sendable {
    package var name: DNSName
    package var type: RecordType
    /// Seconds.
    package var timeToLive: Int
    package var data: RecordData
}

/// Why a named server gave no answer that counts.
package enum ServerError: Error, Hashable, Sendable, CustomStringConvertible {
    case timeout
    /// It cannot be reached at all, or ended the connection; with the system's word.
    case unreachable(String)
    /// It answered with something that is no answer to the question.
    case malformed
    /// An update was refused, with the RCODE (RFC 2136 §2.2).
    case refused(code: Int)
    /// The answer to a signed question is not signed by the same key (RFC 8945 §5.4).
    case badSignature
    /// The question cannot be put: a name or a key is wrong.
    case badQuestion(String)

    package var description: String {
        switch self {
        case .timeout: "no answer in time"
        case .unreachable(let why): "not reachable: \(why)"
        case .malformed: "what came is no answer to the question"
        case .refused(let code): "refused with \(Self.name(code))"
        case .badSignature: "the answer is not signed by the key"
        case .badQuestion(let what): what
        }
    }

    /// IANA's word for an RCODE.
    package static func name(_ code: Int) -> String {
        let names = [
            0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED", 6: "YXDOMAIN", 7: "YXRRSET",
            8: "NXRRSET", 9: "NOTAUTH", 10: "NOTZONE", 16: "BADSIG", 17: "BADKEY", 18: "BADTIME",
        ]
        return names[code] ?? "RCODE \(code)"
    }
}
