internal import COpenSSL
internal import NIOSSL

/// What an operator wants to know of a certificate file: the first certificate in it, which is the one shown.
package struct CertificateFacts: Sendable, Hashable {
    /// Names that it stands for (RFC 5280 §4.2.1.6, dNSName), folded.
    package let names: [String]
    /// Seconds since 1970.
    package let notBefore: Int64
    package let notAfter: Int64
    /// Whether no authority vouches for it: it names itself as its issuer.
    package let isSelfIssued: Bool

    /// Reads a chain in PEM; blocks.
    ///
    /// - Throws: `CertificateError.file`.
    package init(file: String) throws(CertificateError) {
        let chain: [NIOSSLCertificate]
        do { chain = try NIOSSLCertificate.fromPEMFile(file) } catch {
            throw .file(path: file, reason: "no PEM certificate can be read from it")
        }
        guard let leaf = chain.first, let octets = try? leaf.toDERBytes() else {
            throw .file(path: file, reason: "holds no certificate")
        }
        names = leaf._subjectAlternativeNames().compactMap { name in
            name.nameType == .dnsName ? String(decoding: name.contents, as: UTF8.self).lowercased() : nil
        }
        notBefore = Int64(leaf.notValidBefore)
        notAfter = Int64(leaf.notValidAfter)
        isSelfIssued = Self.isSelfIssued(octets)
    }

    private static func isSelfIssued(_ octets: [UInt8]) -> Bool {
        unsafe octets.withUnsafeBufferPointer { buffer in
            var start = buffer.baseAddress
            guard let certificate = unsafe d2i_X509(nil, &start, buffer.count) else { return false }
            defer { unsafe X509_free(certificate) }
            return unsafe X509_NAME_cmp(X509_get_subject_name(certificate), X509_get_issuer_name(certificate)) == 0
        }
    }
}

/// How names in certificates are compared.
package enum CertificateNames {
    /// RFC 9525 §6.3: the name itself, or a wildcard for its first label. `names` are folded.
    package static func cover(_ names: [String], _ name: String) -> Bool {
        let asked = name.lowercased()
        return names.contains { own in
            if own == asked { return true }
            guard own.hasPrefix("*."), let dot = asked.firstIndex(of: ".") else { return false }
            return own.dropFirst() == asked[dot...]
        }
    }
}
