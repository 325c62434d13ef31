internal import NIOConcurrencyHelpers
internal import NIOCore
package import NIOSSL

/// The certificates that this host's servers show, replaced as a whole when their files change.
///
/// The name that a client asks for (SNI, RFC 6066 §3) chooses among them; the first one is for everybody else. Connections
/// already open keep what they were shown.
package final class ServerCertificates: Sendable {
    /// What clients are offered: TLS 1.2 and later, as RFC 8997 and RFC 9325 §3.1.1 ask.
    package static let oldestVersion = TLSVersion.tlsv12

    private let current: NIOLockedValueBox<NIOSSLContext>

    /// Reads certificate chains and their keys from PEM files; `files` is not empty.
    package init(_ files: [CertificatePair]) throws(CertificateError) {
        current = NIOLockedValueBox(try Self.context(files))
    }

    /// One certificate for every name.
    package convenience init(certificate: String, privateKey: String) throws(CertificateError) {
        try self.init([CertificatePair(certificate: certificate, privateKey: privateKey)])
    }

    /// The context that a new connection starts with.
    package var context: NIOSSLContext { current.withLockedValue { $0 } }

    /// Reads the files again; where that fails, what is served stays as it is.
    package func reload(_ files: [CertificatePair]) throws(CertificateError) {
        let fresh = try Self.context(files)
        current.withLockedValue { $0 = fresh }
    }

    private static func context(_ files: [CertificatePair]) throws(CertificateError) -> NIOSSLContext {
        var identities: [ServerIdentity] = []
        for pair in files { identities.append(try ServerIdentity(pair)) }
        guard let first = identities.first else { throw .library("no certificate is given") }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: first.chain.map { .certificate($0) }, privateKey: .privateKey(first.key))
        configuration.minimumTLSVersion = oldestVersion
        if identities.count > 1 {
            configuration.sslContextCallback = { [identities] client, answer in
                answer.succeed(Self.choice(for: client.serverHostname, among: identities))
            }
        }
        for identity in identities.dropFirst() { try identity.check() }
        do { return try NIOSSLContext(configuration: configuration) } catch {
            throw .file(path: files[0].privateKey, reason: "is not the key of the certificate in \(files[0].certificate)")
        }
    }

    private static func choice(for name: String?, among identities: [ServerIdentity]) -> NIOSSLContextConfigurationOverride {
        guard let name, let chosen = identities.first(where: { $0.covers(name) }) else { return .noChanges }
        var override = NIOSSLContextConfigurationOverride()
        override.certificateChain = chosen.chain.map { .certificate($0) }
        override.privateKey = .privateKey(chosen.key)
        return override
    }
}

/// The files of a certificate chain and of its key, both PEM.
package struct CertificatePair: Hashable, Sendable {
    package var certificate: String
    package var privateKey: String

    package init(certificate: String, privateKey: String) {
        self.certificate = certificate
        self.privateKey = privateKey
    }
}
