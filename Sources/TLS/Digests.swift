internal import COpenSSL

/// SHA-256 (FIPS 180-4) by libcrypto.
package enum SHA256 {
    /// Octets of a digest.
    package static let size = 32

    /// The digest of `octets`: `size` octets.
    package static func digest(of octets: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: size)
        var written: UInt32 = 0
        let done = unsafe EVP_Digest(octets, octets.count, &digest, &written, EVP_sha256(), nil)
        precondition(done == 1 && written == size, "libcrypto cannot compute SHA-256")
        return digest
    }

    /// HMAC (RFC 2104) with SHA-256: `size` octets.
    package static func authenticationCode(for octets: [UInt8], key: [UInt8]) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: size)
        var written: UInt32 = 0
        let done = unsafe HMAC(EVP_sha256(), key, CInt(key.count), octets, octets.count, &code, &written) != nil
        precondition(done && written == size, "libcrypto cannot compute HMAC-SHA-256")
        return code
    }
}

/// SHA-512 (FIPS 180-4) by libcrypto.
package enum SHA512 {
    /// Octets of a digest.
    package static let size = 64

    /// The digest of `octets`: `size` octets.
    package static func digest(of octets: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: size)
        var written: UInt32 = 0
        let done = unsafe EVP_Digest(octets, octets.count, &digest, &written, EVP_sha512(), nil)
        precondition(done == 1 && written == size, "libcrypto cannot compute SHA-512")
        return digest
    }
}

/// Whether two secrets are the same, in time that tells nothing of where they differ. Lengths are not secret.
package func constantTimeEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    return unsafe CRYPTO_memcmp(left, right, left.count) == 0
}

/// Random octets fit for keys and tokens, by libcrypto's generator.
package enum SecureRandom {
    package static func octets(_ count: Int) -> [UInt8] {
        var octets = [UInt8](repeating: 0, count: count)
        // A machine without entropy must not go on with predictable keys.
        precondition(unsafe RAND_bytes(&octets, CInt(count)) == 1, "libcrypto has no random octets")
        return octets
    }

    /// `count` random octets as hexadecimal digits in lower case.
    package static func hex(_ count: Int) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: octets(count).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
