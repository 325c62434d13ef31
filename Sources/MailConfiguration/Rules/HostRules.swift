internal import Mail

/// What must hold within malaposta.yaml.
struct HostRules {
    private let findings: Findings
    private let source: any ConfigurationSource

    init(_ findings: Findings, _ source: any ConfigurationSource) {
        self.findings = findings
        self.source = source
    }

    /// - Parameter tenants: the names of the folders in tenants/.
    func check(_ host: DeclaredHost, tenants: [String]) {
        checkListeners(host.listeners)
        checkMetrics(host)
        checkCertificates(host)
        checkTenants(host.tenants, tenants)
    }

    private func checkListeners(_ listeners: [DeclaredListener]) {
        var names: [String: SourcePlace] = [:]
        for (index, declared) in listeners.enumerated() {
            let listener = declared.listener
            if let other = names.updateValue(declared.namePlace, forKey: listener.name) {
                findings.report(
                    "duplicate-name", at: declared.namePlace, "another listener is called \(Quoted.text(listener.name))",
                    related: [RelatedPlace(other.position, "the other one")])
            }
            guard let other = listeners[..<index].first(where: { Self.collide($0.listener, listener) }) else { continue }
            findings.report(
                "duplicate-port", at: declared.portPlace,
                "listener \(Quoted.text(other.listener.name)) already has port \(listener.port) of \(other.listener.address)",
                related: [RelatedPlace(other.portPlace.position, "its port")])
        }
    }

    private func checkMetrics(_ host: DeclaredHost) {
        for (index, port) in host.metrics.ports.enumerated() {
            let other =
                host.metrics.ports[..<index].first { $0.value == port.value }?.place
                ?? host.listeners.first { Int($0.listener.port) == port.value && Self.takesLoopback($0.listener.address) }?
                .portPlace
            guard let other else { continue }
            findings.report(
                "duplicate-port", at: port.place, "port \(port.value) is taken already",
                related: [RelatedPlace(other.position, "its other use")])
        }
    }

    private static func takesLoopback(_ address: String) -> Bool {
        InternetAddress.isWildcard(address) || address.hasPrefix("127.") || address == "::1"
    }

    /// `::` is all IPv6 addresses, and no IPv4 one: listeners are bound with IPV6_V6ONLY (RFC 3493 §5.3), so that each client
    /// is known by the address that it has.
    private static func collide(_ left: ListenerConfiguration, _ right: ListenerConfiguration) -> Bool {
        guard left.port == right.port else { return false }
        if left.address == right.address { return true }
        let sameFamily = left.address.contains(":") == right.address.contains(":")
        return sameFamily && (InternetAddress.isWildcard(left.address) || InternetAddress.isWildcard(right.address))
    }

    private func checkCertificates(_ host: DeclaredHost) {
        if !host.tls.selfSigned, host.tls.lacksCertificates {
            findings.report(
                "missing-certificate", at: host.tls.place, "the host has no certificate, so nobody could log in safely",
                notes: ["name certificate_file and key_file in tls: certificates, or for a trial: self_signed: true"])
        }
        for certificate in host.tls.certificates {
            check(certificate.certificateFile, isSecret: false)
            check(certificate.keyFile, isSecret: true)
        }
    }

    private func check(_ path: Located<String>, isSecret: Bool) {
        do throws(FileProblem) {
            try source.check(path.value, isSecret: isSecret)
        } catch {
            findings.report(error.code, at: path.place, "\(Quoted.text(path.value)) \(error.reason)")
        }
    }

    private func checkTenants(_ tenants: [DeclaredHostedTenant], _ folders: [String]) {
        let known = Set(folders)
        var first: [TenantID: SourcePlace] = [:]
        for tenant in tenants {
            if let other = first.updateValue(tenant.id.place, forKey: tenant.id.value) {
                findings.report(
                    "duplicate-id", at: tenant.id.place, "tenant \(Quoted.text(tenant.id.value.text)) stands here twice",
                    related: [RelatedPlace(other.position, "the other one")])
            }
            guard !known.contains(tenant.id.value.text) else { continue }
            let suggestion = Nearest.suggestion(for: tenant.id.value.text, among: folders)
            findings.report(
                "unknown-name", at: tenant.id.place,
                "there is no folder tenants/\(tenant.id.value.text)\(suggestion)")
        }
    }
}
