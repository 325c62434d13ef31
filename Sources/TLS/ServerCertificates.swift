internal import NIOConcurrencyHelpers
internal import NIOCore
package import NIOSSL

/// The certificate that this host's servers show, replaced as a whole when its files change.
///
/// Connections already open keep what they were shown.
package final class ServerCertificates: Sendable {
    /// What clients are offered: TLS 1.2 and later, as RFC 8997 and RFC 9325 §3.1.1 ask.
    package static let oldestVersion = TLSVersion.tlsv12

    private let current: NIOLockedValueBox<NIOSSLContext>

    /// Reads a certificate chain and its key from PEM files.
    package init(certificate: String, privateKey: String) throws(CertificateError) {
        current = NIOLockedValueBox(try Self.context(certificate: certificate, privateKey: privateKey))
    }

    /// The context that a new connection starts with.
    package var context: NIOSSLContext { current.withLockedValue { $0 } }

    /// Reads the files again; where that fails, what is served stays as it is.
    package func reload(certificate: String, privateKey: String) throws(CertificateError) {
        let fresh = try Self.context(certificate: certificate, privateKey: privateKey)
        current.withLockedValue { $0 = fresh }
    }

    private static func context(certificate: String, privateKey: String) throws(CertificateError) -> NIOSSLContext {
        let chain: [NIOSSLCertificate]
        do { chain = try NIOSSLCertificate.fromPEMFile(certificate) } catch {
            throw .file(path: certificate, reason: "no PEM certificate can be read from it")
        }
        guard !chain.isEmpty else { throw .file(path: certificate, reason: "holds no certificate") }
        let key: NIOSSLPrivateKey
        do { key = try NIOSSLPrivateKey(file: privateKey, format: .pem) } catch {
            throw .file(path: privateKey, reason: "no unencrypted PEM key can be read from it")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = oldestVersion
        do { return try NIOSSLContext(configuration: configuration) } catch {
            throw .file(path: privateKey, reason: "is not the key of the certificate in \(certificate)")
        }
    }
}
