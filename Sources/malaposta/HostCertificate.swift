import Directory
import FoundationEssentials
import Glibc
import MailConfiguration
import TLS

/// The self-signed certificate of a host that has no other yet, kept in its data folder.
struct HostCertificate {
    private let files: CertificatePair
    private let hostName: String

    init(data: String, hostName: String) {
        files = HostConfiguration.selfSigned(dataFolder: data)
        self.hostName = hostName
    }

    /// Makes it once, where the configuration asks for it. The key's name comes last: where it is on the disk, the certificate is.
    func makeIfMissing(_ tls: MailConfiguration.TLSConfiguration) throws {
        guard tls.selfSigned, !FileManager.default.fileExists(atPath: files.privateKey) else { return }
        let made = try SelfSignedCertificate(names: [hostName, "localhost", "127.0.0.1", "::1"])
        let folder = URL(filePath: files.privateKey).deletingLastPathComponent().path
        try Data(made.certificate).write(to: URL(filePath: files.certificate))
        try Disk.flush(files.certificate)
        try Disk.flush(folder)
        try writeSecret(made.privateKey)
        try Disk.flush(folder)
    }

    /// Nobody else may read the key, not even for a moment.
    private func writeSecret(_ octets: [UInt8]) throws {
        let privateKey = files.privateKey
        let fresh = privateKey + ".new"
        let descriptor = unsafe open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else {
            throw CommandError("\(fresh) cannot be written: \(unsafe String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        guard unsafe write(descriptor, octets, octets.count) == octets.count, fsync(descriptor) == 0,
            unsafe rename(fresh, privateKey) == 0
        else { throw CommandError("\(privateKey) cannot be written: \(unsafe String(cString: strerror(errno)))") }
    }
}
