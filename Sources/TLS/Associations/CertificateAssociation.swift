/// What a TLSA record says of a server's certificates (RFC 6698 §2.1).
package struct CertificateAssociation: Hashable, Sendable {
    /// 2 is DANE-TA, 3 is DANE-EE (RFC 7218 §2.1).
    package var usage: UInt8
    /// 0 is the certificate, 1 is its SubjectPublicKeyInfo.
    package var selector: UInt8
    /// 0 is the thing itself, 1 its SHA-256, 2 its SHA-512.
    package var matching: UInt8
    package var data: [UInt8]

    package init(usage: UInt8, selector: UInt8, matching: UInt8, data: [UInt8]) {
        self.usage = usage
        self.selector = selector
        self.matching = matching
        self.data = data
    }

    /// Whether a mail server that sends heeds it. RFC 7672 §3.1.3 leaves usages 0 and 1 out; a record with unknown parameters or
    /// with data that they do not fit is unusable (RFC 6698 §4.1, RFC 7671 §4).
    package var isUsable: Bool {
        guard usage == 2 || usage == 3, selector <= 1 else { return false }
        switch matching {
        case 0: return selector == 0 ? ParsedCertificate(data) != nil : ParsedCertificate.isPublicKey(data)
        case 1: return data.count == SHA256.size
        case 2: return data.count == SHA512.size
        default: return false
        }
    }

    /// Whether it names a certificate, whatever its usage.
    func names(_ certificate: ParsedCertificate) -> Bool {
        let chosen = selector == 0 ? certificate.octets : certificate.publicKey
        switch matching {
        case 0: return chosen == data
        case 1: return SHA256.digest(of: chosen) == data
        case 2: return SHA512.digest(of: chosen) == data
        default: return false
        }
    }
}
