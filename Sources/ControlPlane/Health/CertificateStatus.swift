internal import Directory
internal import MailConfiguration
internal import TLS

/// One of the host's certificates.
package struct CertificateStatus: Codable, Sendable, Hashable {
    package var file: String
    package var names: [String]
    /// Seconds since 1970; nil where the file cannot be read.
    package var notAfter: Int64?
    package var isSelfSigned: Bool
    /// Why it cannot be read.
    package var fault: String?

    /// Those that the configuration names, the default one first; blocks.
    static func all(_ host: HostConfiguration, _ folders: HostFolders) -> [CertificateStatus] {
        host.certificatePairs(dataFolder: folders.data, configurationFolder: folders.configuration).map { pair in
            do {
                let facts = try CertificateFacts(file: pair.certificate)
                return CertificateStatus(
                    file: pair.certificate, names: facts.names, notAfter: facts.notAfter, isSelfSigned: facts.isSelfIssued)
            } catch {
                return CertificateStatus(file: pair.certificate, names: [], isSelfSigned: false, fault: "\(error)")
            }
        }
    }

    /// Whether it stands for a host name.
    func covers(_ name: String) -> Bool { notAfter != nil && CertificateNames.cover(names, name) }

    /// - Parameter now: seconds since 1970.
    func problems(now: Int64) -> [HealthProblem] {
        guard let notAfter else {
            return [
                HealthProblem(
                    "certificate-unreadable", fault ?? "\(file) cannot be read",
                    cure: "put a PEM chain there, or change tls in malaposta.yaml")
            ]
        }
        let cure =
            isSelfSigned
            ? "name a certificate in malaposta.yaml (tls), or remove \(file) and its key and restart to get a new one"
            : "renew it; the servers show a new file within a minute"
        let days = (notAfter - now) / 86_400
        let day = CalendarDay.text(notAfter)
        if notAfter <= now {
            return [HealthProblem("certificate-expired", "\(file) has expired on \(day): clients refuse this host", cure: cure)]
        }
        guard days < HealthLimits.certificateWarning else { return [] }
        let isNear = days < HealthLimits.certificateProblem
        return [
            HealthProblem(
                "certificate-expires", isNear ? .problem : .warning, "\(file) expires on \(day), in \(days) days", cure: cure)
        ]
    }
}
