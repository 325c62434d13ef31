internal import COpenSSL

/// A certificate that no authority vouches for, for a host that has no other yet.
package struct SelfSignedCertificate: Sendable {
    /// PEM, RFC 7468.
    package let certificate: [UInt8]
    /// PEM of an unencrypted PKCS #8 key (ECDSA with P-256).
    package let privateKey: [UInt8]

    /// Makes a key and a certificate over it for `names` (at most 100), valid from an hour ago for `days`.
    ///
    /// - Throws: `CertificateError.library` where libcrypto refuses.
    package init(names: [String], days: Int = 825) throws(CertificateError) {
        guard let key = unsafe EVP_PKEY_Q_keygen_P256() else { throw .library("no key could be made") }
        defer { unsafe EVP_PKEY_free(key) }
        guard let draft = unsafe X509_new() else { throw .library("no certificate could be made") }
        defer { unsafe X509_free(draft) }

        var serial: UInt64 = 0
        for octet in SecureRandom.octets(8) { serial = serial << 8 | UInt64(octet) }
        unsafe X509_set_version(draft, 2)
        unsafe ASN1_INTEGER_set_uint64(X509_get_serialNumber(draft), serial >> 1)
        unsafe X509_gmtime_adj(X509_getm_notBefore(draft), -3600)
        unsafe X509_time_adj_ex(X509_getm_notAfter(draft), CInt(days), 0, nil)
        unsafe X509_set_pubkey(draft, key)

        let subject = unsafe X509_get_subject_name(draft)
        let common = Array((names.first ?? "localhost").utf8.prefix(64))
        unsafe X509_NAME_add_entry_by_txt(subject, "CN", Self.utf8, common, CInt(common.count), -1, 0)
        unsafe X509_set_issuer_name(draft, subject)
        let alternatives = names.prefix(100).map { ($0.contains(":") || Self.isIPv4($0) ? "IP:" : "DNS:") + $0 }
        try unsafe Self.add(NID_subject_alt_name, alternatives.joined(separator: ","), to: draft)
        try unsafe Self.add(NID_basic_constraints, "critical,CA:FALSE", to: draft)
        try unsafe Self.add(NID_ext_key_usage, "serverAuth", to: draft)

        guard unsafe X509_sign(draft, key, EVP_sha256()) > 0 else { throw .library("the certificate could not be signed") }
        certificate = try unsafe PEMText.written { output in unsafe PEM_write_bio_X509(output, draft) }
        privateKey = try unsafe PEMText.written { output in
            unsafe PEM_write_bio_PKCS8PrivateKey(output, key, nil, nil, 0, nil, nil)
        }
    }

    /// MBSTRING_UTF8 of openssl/asn1.h, a macro that Swift cannot see.
    private static let utf8: CInt = 0x1000

    private static func isIPv4(_ name: String) -> Bool { name.utf8.allSatisfy { $0 == 0x2e || (0x30...0x39).contains($0) } }

    private static func add(_ kind: CInt, _ value: String, to draft: OpaquePointer) throws(CertificateError) {
        guard let item = unsafe X509V3_EXT_conf_nid(nil, nil, kind, value) else { throw .library("refused: \(value)") }
        defer { unsafe X509_EXTENSION_free(item) }
        unsafe X509_add_ext(draft, item, -1)
    }
}

/// Why there is no certificate to serve.
package enum CertificateError: Error, Sendable, CustomStringConvertible {
    /// libcrypto refused; the text says what was tried.
    case library(String)
    /// A file cannot be read, or is not what it should be.
    case file(path: String, reason: String)

    package var description: String {
        switch self {
        case .library(let what): "libcrypto: \(what)"
        case .file(let path, let reason): "\(path): \(reason)"
        }
    }
}
