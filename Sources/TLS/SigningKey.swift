internal import COpenSSL

/// A key pair that signs mail (RFC 6376, RFC 8463).
package struct SigningKey: Sendable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// 2048 bits, which every verifier takes (RFC 8301 §3.2) and which fits into one DNS answer.
        case rsa
        case ed25519
    }

    package let kind: Kind
    /// PEM of an unencrypted PKCS #8 key.
    package let privateKey: [UInt8]
    /// As DKIM publishes it: a SubjectPublicKeyInfo in DER for RSA, the key's 32 octets for Ed25519.
    package let publicKey: [UInt8]

    /// Makes a new one. RSA takes some tenths of a second of a processor.
    ///
    /// - Throws: `.library` where libcrypto refuses.
    package init(making kind: Kind) throws(CertificateError) {
        let made =
            switch kind {
            case .rsa: unsafe EVP_PKEY_Q_keygen_RSA(2048)
            case .ed25519: unsafe EVP_PKEY_Q_keygen_Ed25519()
            }
        guard let key = unsafe made else { throw .library("no \(kind.rawValue) key could be made") }
        defer { unsafe EVP_PKEY_free(key) }
        self.kind = kind
        privateKey = try unsafe PEMText.written { output in
            unsafe PEM_write_bio_PKCS8PrivateKey(output, key, nil, nil, 0, nil, nil)
        }
        publicKey = try unsafe Self.published(key, kind)
    }

    /// Reads a key back.
    ///
    /// - Throws: `.library` where the text holds no key of that kind.
    package init(_ kind: Kind, privateKey text: [UInt8]) throws(CertificateError) {
        let read = try unsafe PEMText.read(text) { input in unsafe PEM_read_bio_PrivateKey(input, nil, nil, nil) }
        guard let key = unsafe read else { throw .library("no private key in the text") }
        defer { unsafe EVP_PKEY_free(key) }
        let number = kind == .rsa ? EVP_PKEY_RSA : EVP_PKEY_ED25519
        guard unsafe EVP_PKEY_get_base_id(key) == number else { throw .library("the key is not of the kind \(kind.rawValue)") }
        self.kind = kind
        privateKey = text
        publicKey = try unsafe Self.published(key, kind)
    }

    private static func published(_ key: OpaquePointer, _ kind: Kind) throws(CertificateError) -> [UInt8] {
        switch kind {
        case .rsa:
            var output: UnsafeMutablePointer<UInt8>?
            let count = unsafe i2d_PUBKEY(key, &output)
            guard count > 0, let octets = unsafe output else { throw .library("the public key could not be written") }
            defer { unsafe CRYPTO_free(octets, "", 0) }
            return unsafe Array(UnsafeBufferPointer(start: octets, count: Int(count)))
        case .ed25519:
            var octets = [UInt8](repeating: 0, count: 32)
            var count = octets.count
            guard unsafe EVP_PKEY_get_raw_public_key(key, &octets, &count) == 1, count == 32 else {
                throw .library("the public key could not be written")
            }
            return octets
        }
    }
}
