internal import CCrypt
internal import TLS

/// Password hashes as crypt(5) of libxcrypt makes and checks them.
enum Crypt {
    /// Octets of a password; libxcrypt takes no more (`CRYPT_MAX_PASSPHRASE_SIZE` with its final NUL).
    static let longestPassword = 511

    /// Whether a password can be checked or set at all. One with NUL would be cut off there by C.
    static func isUsable(_ password: [UInt8]) -> Bool {
        !password.isEmpty && password.count <= longestPassword && !password.contains(0)
    }

    /// Whether a password is the one that `hash` was made of. As dear as the hash says: for yescrypt some 50 ms of
    /// processor and 16 MB; never on an event loop.
    static func verify(_ password: [UInt8], against hash: String) -> Bool {
        guard let computed = crypt(password, setting: hash) else { return false }
        return constantTimeEqual(Array(computed.utf8), Array(hash.utf8))
    }

    /// A new yescrypt hash with a random salt, at libxcrypt's default cost.
    static func hash(_ password: [UInt8]) -> String? {
        var setting = [CChar](repeating: 0, count: Int(CRYPT_GENSALT_OUTPUT_SIZE))
        let random = SecureRandom.octets(32).map { CChar(bitPattern: $0) }
        guard unsafe crypt_gensalt_rn("$y$", 0, random, CInt(random.count), &setting, CInt(setting.count)) != nil else {
            return nil
        }
        let text = String(decoding: setting.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return crypt(password, setting: text)
    }

    /// Whether libxcrypt knows the hash's method and may use it.
    static func isHash(_ text: String) -> Bool {
        let verdict = unsafe crypt_checksalt(text)
        return verdict == CRYPT_SALT_OK || verdict == CRYPT_SALT_METHOD_LEGACY
    }

    private static func crypt(_ password: [UInt8], setting: String) -> String? {
        guard isUsable(password) else { return nil }
        var phrase = password.map { CChar(bitPattern: $0) } + [0]
        let size = MemoryLayout<crypt_data>.size
        let work = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: MemoryLayout<crypt_data>.alignment)
        unsafe work.initializeMemory(as: UInt8.self, repeating: 0, count: size)
        defer {
            // What was computed on the way is as good as the password.
            unsafe work.initializeMemory(as: UInt8.self, repeating: 0, count: size)
            unsafe work.deallocate()
            for index in phrase.indices { phrase[index] = 0 }
        }
        guard let result = unsafe crypt_rn(phrase, setting, work, CInt(size)) else { return nil }
        return unsafe String(cString: result)
    }
}
