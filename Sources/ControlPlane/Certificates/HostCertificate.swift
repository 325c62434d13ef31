internal import Directory
internal import FoundationEssentials
internal import Glibc
internal import MailConfiguration
internal import TLS

/// The self-signed certificate of a host that has no other yet, kept in its data folder.
struct HostCertificate {
    private let folder: String
    private let files: CertificatePair
    private let hostName: String

    init(data: String, hostName: String) {
        folder = data + "/tls"
        files = HostConfiguration.selfSigned(dataFolder: data)
        self.hostName = hostName
    }

    /// Makes it where the configuration asks for one and there is none for the host's name, or it ends within `margin`.
    ///
    /// - Throws: where it cannot be made or written; what was there stays.
    func keepUp(_ tls: MailConfiguration.TLSConfiguration, now: Int64) throws {
        guard tls.selfSigned, !isGood(now) else { return }
        let made = try SelfSignedCertificate(names: [hostName, "localhost", "127.0.0.1", "::1"])
        try Disk.makeFolder(folder, mode: 0o750)
        // The key first: a certificate is never there without its key. Readers take both anew once both are whole.
        try write(made.privateKey, to: files.privateKey, mode: 0o640)
        try write(made.certificate, to: files.certificate, mode: 0o644)
        try Disk.flush(folder)
    }

    /// How long before its end it is made anew, in seconds.
    private static let margin: Int64 = 30 * 86_400

    private func isGood(_ now: Int64) -> Bool {
        guard FileManager.default.fileExists(atPath: files.privateKey),
            let facts = try? CertificateFacts(file: files.certificate)
        else { return false }
        return CertificateNames.cover(facts.names, hostName) && facts.notAfter > now + Self.margin
    }

    /// Nobody else may read a key, not even for a moment.
    private func write(_ octets: [UInt8], to path: String, mode: mode_t) throws {
        let fresh = path + ".new"
        let descriptor = unsafe open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw DiskError("open", fresh, errno) }
        defer { close(descriptor) }
        guard unsafe Glibc.write(descriptor, octets, octets.count) == octets.count, fsync(descriptor) == 0 else {
            throw DiskError("write", fresh, errno)
        }
        guard unsafe rename(fresh, path) == 0 else { throw DiskError("rename", path, errno) }
    }
}
