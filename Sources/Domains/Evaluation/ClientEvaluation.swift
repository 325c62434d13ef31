internal import DNS
internal import MailAuthentication
internal import MailConfiguration

/// Whether mail programs find the host by themselves: SRV (RFC 6186, RFC 8314 §5.1), autoconfig and autodiscover.
extension DomainEvaluation {
    func clientFindings() async -> [Finding] {
        let wanted = site.wantedRecords.filter { $0.purpose == .clients }
        let findings = await withTaskGroup(of: Finding?.self) { group in
            for record in wanted {
                group.addTask { record.type == "SRV" ? await self.service(record) : await self.alias(record) }
            }
            var findings: [Finding] = []
            for await finding in group { if let finding { findings.append(finding) } }
            return findings.sorted { ($0.name, $0.code) < ($1.name, $1.code) }
        }
        let missing = findings.filter { $0.code == "clients-missing" }
        let others = findings.filter { $0.code != "clients-missing" }
        guard !missing.isEmpty else {
            return others.isEmpty ? [Finding(.clients, .fine, "clients", at: name, now: "mail programs find the host")] : others
        }
        // They come together and have one reason.
        let names = missing.map { $0.name.text.replacing(".\(name.text)", with: "") }
        return others + [
            Finding(
                .clients, .note, "clients-missing", at: name, now: "no records at \(names.joined(separator: ", "))",
                wanted: "as 'malaposta dns records' lists them",
                consequence: "users type the host's name into their mail programs themselves")
        ]
    }

    /// Nil where it is as wanted.
    private func service(_ wanted: WantedRecord) async -> Finding? {
        let answer = await resolver.ask(wanted.name, .srv)
        guard !answer.isTemporary else { return unreadable(wanted, answer) }
        let targets = answer.records.compactMap { record -> ServiceLocation? in
            if case .service(let location) = record { location } else { nil }
        }
        let words = wanted.data.split(separator: " ")
        let isOffered = words.last != "."
        guard !targets.isEmpty else {
            // That a service is not offered need not be said.
            return isOffered
                ? Finding(.clients, .note, "clients-missing", at: wanted.name, now: "no record", wanted: wanted.data) : nil
        }
        let port = words.count > 2 ? UInt16(words[2]) : nil
        let isRight = targets.contains { isOffered ? $0.target == site.hostName && $0.port == port : $0.target.isRoot }
        guard !isRight else { return nil }
        let now = targets.map { "\($0.port) \($0.target)" }.joined(separator: ", ")
        return Finding(
            .clients, .warning, "srv-other", at: wanted.name, now: now, wanted: wanted.data,
            consequence: isOffered
                ? "mail programs connect elsewhere, where the password does not fit"
                : "mail programs look for a service that is not here")
    }

    /// autoconfig and autodiscover: whatever leads to the host's addresses is right.
    private func alias(_ wanted: WantedRecord) async -> Finding? {
        let (found, failure) = await resolver.addresses(of: wanted.name)
        guard !found.isEmpty else {
            if let failure { return unreadable(wanted, failure) }
            return Finding(.clients, .note, "clients-missing", at: wanted.name, now: "no record", wanted: wanted.data)
        }
        let own = await resolver.addresses(of: site.hostName).addresses + site.addresses
        guard !found.contains(where: own.contains) else { return nil }
        return Finding(
            .clients, .warning, "clients-elsewhere", at: wanted.name, now: found.map(\.description).joined(separator: ", "),
            wanted: wanted.data, consequence: "mail programs set themselves up for another host")
    }

    private func unreadable(_ wanted: WantedRecord, _ answer: Answer) -> Finding {
        Finding(
            .clients, .note, "clients-unreadable", at: wanted.name, now: "cannot be looked up: \(answer.words)",
            wanted: wanted.data, consequence: "mail programs ask again later, or ask their users")
    }
}
