internal import DNS
internal import MailAuthentication
internal import MailConfiguration

/// The host itself: its name's addresses, and the names of its addresses, each confirmed by the other (RFC 1912 §2.1).
extension DomainEvaluation {
    private func finding(
        _ severity: Finding.Severity, _ code: String, _ place: DNSName, _ now: String, _ wanted: String, _ consequence: String
    ) -> Finding {
        Finding(.host, severity, code, at: place, now: now, wanted: wanted, consequence: consequence)
    }

    func hostFindings() async -> [Finding] {
        guard !site.addresses.isEmpty else {
            return [
                finding(
                    .note, "host-addresses-unknown", site.hostName, "malaposta.yaml names no addresses",
                    "addresses: in malaposta.yaml",
                    "MX, SPF and PTR cannot be judged")
            ]
        }
        var findings = await nameFindings()
        for address in site.addresses { if let fault = await pointerFault(address) { findings.append(fault) } }
        return findings.isEmpty
            ? [Finding(.host, .fine, "host", at: site.hostName, now: "name and addresses confirm each other")] : findings
    }

    private func nameFindings() async -> [Finding] {
        let (found, failure) = await resolver.addresses(of: site.hostName)
        let wanted = site.addresses.map(\.description).joined(separator: ", ")
        let missing = site.addresses.filter { !found.contains($0) }
        let strange = found.filter { !site.addresses.contains($0) }
        var findings: [Finding] = []
        if !missing.isEmpty, let failure {
            findings.append(
                finding(
                    found.isEmpty ? .error : .warning, "host-unreadable", site.hostName,
                    "cannot be looked up: \(failure.words)", "name servers that answer",
                    found.isEmpty ? "senders cannot reach this host" : "some senders cannot reach this host"))
        } else if !missing.isEmpty {
            findings.append(
                finding(
                    missing.count == site.addresses.count ? .error : .warning, "host-no-address", site.hostName,
                    found.isEmpty ? "no address" : found.map(\.description).joined(separator: ", "), wanted,
                    "senders do not reach this host at \(missing.map(\.description).joined(separator: ", "))"))
        }
        if !strange.isEmpty {
            findings.append(
                finding(
                    .warning, "host-other-address", site.hostName, strange.map(\.description).joined(separator: ", "), wanted,
                    "a part of the mail goes to an address that is not this host's"))
        }
        return findings
    }

    private func pointerFault(_ address: IPAddress) async -> Finding? {
        let place = address.reverseName
        let refused = "large receivers refuse mail from \(address), or take it for spam"
        let answer = await resolver.ask(place, .ptr)
        guard !answer.isTemporary else {
            return finding(
                .warning, "ptr-unreadable", place, "cannot be looked up: \(answer.words)", site.hostName.text, refused)
        }
        let names = answer.records.compactMap { record -> DNSName? in
            if case .name(let name) = record { name } else { nil }
        }
        guard !names.isEmpty else { return finding(.error, "ptr-missing", place, "no PTR record", site.hostName.text, refused) }
        let list = names.map(\.text).joined(separator: ", ")
        for name in names {
            let (found, failure) = await resolver.addresses(of: name)
            guard found.contains(address) else {
                guard let failure else { continue }
                return finding(
                    .warning, "ptr-unreadable", place, "\(name) cannot be looked up: \(failure.words)", site.hostName.text,
                    refused)
            }
            return names.contains(site.hostName)
                ? nil
                : finding(
                    .warning, "ptr-other", place, list, site.hostName.text,
                    "the name that this host greets with is not that of its address: some receivers count it against mail")
        }
        return finding(
            .error, "ptr-unconfirmed", place, "\(list), which does not lead back to \(address)", site.hostName.text, refused)
    }
}
