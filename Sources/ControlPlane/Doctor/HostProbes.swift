internal import Directory
internal import Mail
internal import MailConfiguration

/// Room for mail.
struct DiskProbe {
    private let doctor: Doctor

    init(_ doctor: Doctor) { self.doctor = doctor }

    func findings() async -> [DoctorFinding] {
        let kept = doctor.generation.host.spool.freeDisk
        let wanted = "more than \(kept) free (spool.free_disk)"
        guard let disk = await HostControl(doctor.folders).disk() else {
            return [
                DoctorFinding(
                    "disk", .problem, now: "\(doctor.folders.data) cannot be looked at", wanted: wanted,
                    consequence: "no mail can be taken")
            ]
        }
        let problems = disk.problems(kept: kept)
        guard !problems.isEmpty else {
            return [.good("disk", "\(disk.free) of \(disk.total) free", wanted: wanted)]
        }
        return problems.map { problem in
            DoctorFinding(
                "disk", problem.severity == .problem ? .problem : .warning, now: problem.what,
                wanted: wanted, consequence: problem.cure)
        }
    }
}

/// Certificates and their names.
struct CertificateProbe {
    private let doctor: Doctor

    init(_ doctor: Doctor) { self.doctor = doctor }

    func findings() async -> [DoctorFinding] {
        let certificates = await HostControl(doctor.folders).certificates(doctor.generation.host)
        let now = SystemTime.seconds
        var findings = certificates.map { finding($0, now: now) }
        let name = doctor.generation.host.hostName
        if !certificates.contains(where: { $0.covers(name.ascii) }) {
            findings.append(
                DoctorFinding(
                    "certificate for \(name)", .problem, now: "none stands for that name",
                    wanted: "one that does",
                    consequence: "mail programs that connect to \(name) warn, or refuse"))
        }
        return findings
    }

    private func finding(_ certificate: CertificateStatus, now: Int64) -> DoctorFinding {
        let probe = "certificate \(certificate.file)"
        let wanted = "a certificate of an authority, good for weeks"
        if let problem = certificate.problems(now: now).first {
            return DoctorFinding(
                probe, problem.severity == .problem ? .problem : .warning, now: problem.what,
                wanted: wanted,
                consequence: "clients refuse or warn; \(problem.cure)")
        }
        let until = "until \(certificate.notAfter.map(CalendarDay.text) ?? "-")"
        guard !certificate.isSelfSigned else {
            return DoctorFinding(
                probe, .warning, now: "self-signed, \(until)", wanted: wanted,
                consequence: "browsers and mail programs warn; other servers still send mail over TLS")
        }
        return .good(
            probe, "\(certificate.names.prefix(3).joined(separator: ", ")), \(until)", wanted: wanted)
    }
}

extension HostControl {
    func disk() -> DiskStatus? { DiskStatus(folder: folders.data) }

    func certificates(_ host: HostConfiguration) -> [CertificateStatus] {
        CertificateStatus.all(host, folders)
    }
}
