internal import NIOSSL

/// A certificate chain, its key, and the names that it stands for.
struct ServerIdentity: Sendable {
    let chain: [NIOSSLCertificate]
    let key: NIOSSLPrivateKey
    private let files: CertificatePair
    private let names: [String]

    init(_ files: CertificatePair) throws(CertificateError) {
        self.files = files
        do { chain = try NIOSSLCertificate.fromPEMFile(files.certificate) } catch {
            throw .file(path: files.certificate, reason: "no PEM certificate can be read from it")
        }
        guard let leaf = chain.first else { throw .file(path: files.certificate, reason: "holds no certificate") }
        do { key = try NIOSSLPrivateKey(file: files.privateKey, format: .pem) } catch {
            throw .file(path: files.privateKey, reason: "no unencrypted PEM key can be read from it")
        }
        names = leaf._subjectAlternativeNames().compactMap { name in
            name.nameType == .dnsName ? String(decoding: name.contents, as: UTF8.self).lowercased() : nil
        }
    }

    /// Whether the certificate stands for a host name (RFC 9525 §6.3): itself, or a wildcard for its first label.
    func covers(_ name: String) -> Bool { CertificateNames.cover(names, name) }

    /// Throws where key and certificate do not belong together.
    func check() throws(CertificateError) {
        let configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        do { _ = try NIOSSLContext(configuration: configuration) } catch {
            throw .file(path: files.privateKey, reason: "is not the key of the certificate in \(files.certificate)")
        }
    }
}
