internal import Glibc
package import Mail
package import MailConfiguration
internal import TLS

/// Private keys on disk: `keys/<domain>.<selector>.pem`, 0640, in a folder 0750 whose group is the mail worker's.
package struct KeyFiles: Sendable {
    package let folder: String

    /// - Parameter folder: the host's data folder's `keys`; made where it is missing.
    package init(folder: String) { self.folder = folder }

    /// The name within the folder.
    package static func name(_ domain: DomainName, _ selector: String) -> String { "\(domain).\(selector).pem" }

    /// Makes a key; its file is whole and flushed when this returns. Takes some tenths of a second for RSA.
    ///
    /// - Returns: the public key as DKIM publishes it.
    /// - Throws: `KeyFileError`, `CertificateError`.
    package func make(_ algorithm: DKIMAlgorithm, _ domain: DomainName, _ selector: String) throws -> [UInt8] {
        let key = try SigningKey(making: algorithm == .rsa ? .rsa : .ed25519)
        try makeFolder()
        try write(key.privateKey, Self.name(domain, selector))
        return key.publicKey
    }

    /// Removes a key for good; one that is not there is gone already.
    package func remove(_ domain: DomainName, _ selector: String) throws(KeyFileError) {
        let path = "\(folder)/\(Self.name(domain, selector))"
        guard unsafe unlink(path) == 0 || errno == ENOENT else { throw KeyFileError(path: path, code: errno) }
    }

    /// The mode is given at the beginning, so that no moment has it readable by more.
    private func makeFolder() throws(KeyFileError) {
        guard unsafe mkdir(folder, 0o750) == 0 || errno == EEXIST else { throw KeyFileError(path: folder, code: errno) }
    }

    private func write(_ octets: [UInt8], _ name: String) throws(KeyFileError) {
        let path = "\(folder)/\(name)"
        let temporary = "\(folder)/.\(name).new"
        unsafe unlink(temporary)
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw KeyFileError(path: temporary, code: errno) }
        let count = unsafe Glibc.write(descriptor, octets, octets.count)
        let isWritten = count == octets.count && fchmod(descriptor, 0o640) == 0 && fsync(descriptor) == 0
        let code = errno
        close(descriptor)
        guard isWritten, unsafe rename(temporary, path) == 0 else {
            let why = isWritten ? errno : code
            unsafe unlink(temporary)
            throw KeyFileError(path: path, code: why)
        }
        let place = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard place >= 0 else { throw KeyFileError(path: folder, code: errno) }
        defer { close(place) }
        guard fsync(place) == 0 else { throw KeyFileError(path: folder, code: errno) }
    }
}

/// Why a key's file is not as wanted.
package struct KeyFileError: Error, Hashable, Sendable, CustomStringConvertible {
    package let path: String
    let code: Int32

    package var description: String { "\(path): \(unsafe String(cString: strerror(code)))" }
}
