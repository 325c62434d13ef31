internal import COpenSSL

/// The certificates that a server shows for its name, as those see them who hold TLSA records against them (RFC 6698, RFC 7671).
package struct ServedChain: Hashable, Sendable {
    /// Certificates of one file; what comes behind them is left out.
    package static let longest = 100

    /// The server's name, which a certificate below an authority has to stand for.
    private let name: String
    /// DER, the server's own first; not empty.
    private let certificates: [[UInt8]]
    /// SHA-256 over the first certificate's SubjectPublicKeyInfo: `3 1 1` of RFC 6698, which stays as long as the key does.
    package let fingerprint: [UInt8]

    /// - Parameters:
    ///   - text: PEM, the server's certificate first, then what is sent with it.
    ///   - name: the server's, which is the TLSA base domain (RFC 7672 §2.2.3).
    /// - Throws: `.library` where there is no certificate in the text.
    package init(_ text: [UInt8], for name: String) throws(CertificateError) {
        let read = try unsafe PEMText.read(text) { input in
            var read: [ParsedCertificate] = []
            while read.count < Self.longest, let next = unsafe PEM_read_bio_X509(input, nil, nil, nil) {
                unsafe read.append(ParsedCertificate(owning: next))
            }
            return read
        }
        guard let first = read.first else { throw .library("no certificate in the text") }
        self.name = name
        certificates = read.map(\.octets)
        fingerprint = SHA256.digest(of: first.publicKey)
    }

    /// What a sender makes of one record and this chain.
    package enum Verdict: Hashable, Sendable {
        /// Not heeded.
        case unusable
        /// DANE-EE names the server's own certificate or key; names and days do not count (RFC 7671 §5.1).
        case own
        /// DANE-TA names a certificate or key that the server's own certificate leads to.
        case authority
        /// Nothing that is shown is named. A sender cannot know an authority by its digest alone (RFC 7671 §5.2.2).
        case absent
        /// DANE-TA names the server's own certificate, which is no authority: senders look for one above it.
        case ownAsAuthority
        /// DANE-TA names a certificate that is shown, and the server's own does not come from it.
        case unlinked
        /// DANE-TA names an authority of a certificate that does not stand for the server's name (RFC 7672 §3.2.3).
        case otherName
    }

    /// Days are not looked at: of these `status` tells.
    package func verdict(on association: CertificateAssociation) -> Verdict {
        guard association.isUsable else { return .unusable }
        let chain = certificates.compactMap { ParsedCertificate($0) }
        guard let own = chain.first else { return .absent }
        let above = Array(chain.dropFirst())
        guard association.usage == 2 else { return association.names(own) ? .own : .absent }
        let named = above.filter { association.names($0) }
        if named.contains(where: { own.leads(to: $0, through: above) }) || Self.isBelow(association, own, above) {
            return own.covers(name) ? .authority : .otherName
        }
        return named.isEmpty ? (association.names(own) ? .ownAsAuthority : .absent) : .unlinked
    }

    /// Whether the record itself holds the authority, so that the server need not show it (RFC 7671 §5.2.2, §5.2.3).
    private static func isBelow(
        _ association: CertificateAssociation, _ own: ParsedCertificate, _ above: [ParsedCertificate]
    ) -> Bool {
        guard association.matching == 0, !association.names(own) else { return false }
        if association.selector == 0 {
            return ParsedCertificate(association.data).map { own.leads(to: $0, through: above) } ?? false
        }
        var last = own
        if last.isSigned(by: association.data) { return true }
        for next in above {
            guard last.isIssued(by: next) else { return false }
            if next.isSigned(by: association.data) { return true }
            last = next
        }
        return false
    }
}
