package import MailConfiguration
package import TLS

extension HostConfiguration {
    /// The certificate made in the data folder where the configuration asks for one.
    package static func selfSigned(dataFolder: String) -> CertificatePair {
        CertificatePair(certificate: dataFolder + "/tls/self-signed.crt", privateKey: dataFolder + "/tls/self-signed.key")
    }

    /// The files of the host's certificates, the default one first; empty where there is none.
    package func certificatePairs(dataFolder: String, configurationFolder: String) -> [CertificatePair] {
        func full(_ path: String) -> String { path.hasPrefix("/") ? path : configurationFolder + "/" + path }
        let own = tls.certificates.map { CertificatePair(certificate: full($0.certificateFile), privateKey: full($0.keyFile)) }
        return tls.selfSigned ? own + [Self.selfSigned(dataFolder: dataFolder)] : own
    }
}
