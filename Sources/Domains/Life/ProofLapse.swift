/// When a proof that was seen once no longer counts.
///
/// A missing proof stops no mail: records are lost in moves between name servers, and mail would be lost with them. Only where
/// nothing in DNS says any more that the domain is this host's, neither the proof nor an MX, and that for long, it has gone to
/// somebody else: no mail comes here from outside then, and what users of this host send to it must not stay here.
package enum ProofLapse {
    /// For how long both have to be missing without a break, in seconds.
    package static let time: Int64 = 30 * 86_400

    private static let proofGone: Set<String> = ["ownership-missing", "ownership-other", "ownership-lapsing"]
    private static let mailGone: Set<String> = ["mx-missing", "mx-null", "mx-elsewhere"]

    /// Whether a look has shown that both are missing. What could not be asked shows nothing.
    package static func isLost(_ findings: [Finding]) -> Bool {
        let codes = Set(findings.map(\.code))
        // A name that does not exist has neither, and is not asked for them.
        if codes.contains("zone-missing") { return true }
        // Beside foreign exchangers one that could not be looked up may be this host.
        guard !codes.contains("mx-host-unreadable") else { return false }
        return !codes.isDisjoint(with: proofGone) && !codes.isDisjoint(with: mailGone)
    }
}
