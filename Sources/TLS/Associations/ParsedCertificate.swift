internal import COpenSSL

/// A certificate as libcrypto holds it.
@safe final class ParsedCertificate {
    private let handle: OpaquePointer

    /// Takes a handle over, and frees it.
    init(owning handle: OpaquePointer) { unsafe self.handle = handle }

    /// Reads one in DER; nil where the octets are anything else.
    init?(_ octets: [UInt8]) {
        let read = unsafe octets.withUnsafeBufferPointer { buffer -> OpaquePointer? in
            var start = buffer.baseAddress
            guard let read = unsafe d2i_X509(nil, &start, buffer.count) else { return nil }
            guard unsafe start == buffer.baseAddress.map({ unsafe $0 + buffer.count }) else {
                unsafe X509_free(read)
                return nil
            }
            return unsafe read
        }
        guard let read = unsafe read else { return nil }
        unsafe handle = read
    }

    deinit { unsafe X509_free(handle) }

    /// DER.
    var octets: [UInt8] {
        var output: UnsafeMutablePointer<UInt8>?
        let count = unsafe i2d_X509(handle, &output)
        return unsafe Self.taken(output, count)
    }

    /// SubjectPublicKeyInfo in DER (RFC 5280 §4.1.2.7).
    var publicKey: [UInt8] {
        var output: UnsafeMutablePointer<UInt8>?
        let count = unsafe i2d_X509_PUBKEY(X509_get_X509_PUBKEY(handle), &output)
        return unsafe Self.taken(output, count)
    }

    /// Whether it stands for a host name (RFC 9525 §6.3).
    func covers(_ name: String) -> Bool {
        unsafe X509_check_host(handle, name, name.utf8.count, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS), nil) == 1
    }

    /// Whether `other` issued it: names, key identifiers, and the signature.
    func isIssued(by other: ParsedCertificate) -> Bool {
        unsafe X509_check_issued(other.handle, handle) == X509_V_OK && X509_verify(handle, X509_get0_pubkey(other.handle)) == 1
    }

    /// Whether it carries a signature of a key, given as SubjectPublicKeyInfo.
    func isSigned(by publicKey: [UInt8]) -> Bool {
        guard let key = unsafe Self.key(publicKey) else { return false }
        defer { unsafe EVP_PKEY_free(key) }
        return unsafe X509_verify(handle, key) == 1
    }

    /// Whether a server's certificate leads to `anchor` by way of `others` (RFC 5280 §6.1), days left aside.
    func leads(to anchor: ParsedCertificate, through others: [ParsedCertificate]) -> Bool {
        let store = unsafe X509_STORE_new()
        defer { unsafe X509_STORE_free(store) }
        let context = unsafe X509_STORE_CTX_new()
        defer { unsafe X509_STORE_CTX_free(context) }
        let list = unsafe OPENSSL_sk_new_null()
        defer { unsafe OPENSSL_sk_free(list) }
        guard unsafe store != nil, unsafe context != nil, unsafe list != nil,
            unsafe X509_STORE_add_cert(store, anchor.handle) == 1
        else { return false }
        for other in others { unsafe OPENSSL_sk_push(list, UnsafeRawPointer(other.handle)) }
        guard unsafe X509_STORE_CTX_init(context, store, handle, list) == 1,
            unsafe X509_STORE_CTX_set_purpose(context, X509_PURPOSE_SSL_SERVER) == 1
        else { return false }
        // An anchor need not be a root (RFC 7671 §5.2).
        unsafe X509_STORE_CTX_set_flags(context, UInt(X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME))
        return unsafe X509_verify_cert(context) == 1
    }

    static func isPublicKey(_ octets: [UInt8]) -> Bool {
        guard let key = unsafe key(octets) else { return false }
        unsafe EVP_PKEY_free(key)
        return true
    }

    private static func key(_ octets: [UInt8]) -> OpaquePointer? {
        unsafe octets.withUnsafeBufferPointer { buffer in
            var start = buffer.baseAddress
            return unsafe d2i_PUBKEY(nil, &start, buffer.count)
        }
    }

    /// Copies what libcrypto has written, and frees it.
    private static func taken(_ output: UnsafeMutablePointer<UInt8>?, _ count: CInt) -> [UInt8] {
        guard count > 0, let octets = unsafe output else { return [] }
        defer { unsafe CRYPTO_free(octets, "", 0) }
        return unsafe Array(UnsafeBufferPointer(start: octets, count: Int(count)))
    }
}
