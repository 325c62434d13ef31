internal import DNS
internal import MailAuthentication

/// Whether DNS answers for the domain at all, and with one voice.
extension DomainEvaluation {
    func zoneFindings() async -> [Finding] {
        let answer = await resolver.ask(name, .mx)
        if let trouble = trouble(answer) { return [trouble] }
        guard let zone = await servers.zone(of: name) else {
            return [
                Finding(
                    .zone, .warning, "zone-unknown", at: name, now: "the zone's name servers cannot be found out",
                    wanted: "a zone with NS records", consequence: "new DKIM keys are not used, as nobody can tell who shows them"
                )
            ]
        }
        let found = await serverFindings(zone)
        return found.isEmpty
            ? [Finding(.zone, .fine, "zone", at: zone.zone, now: "\(zone.servers.count) name servers answer alike")] : found
    }

    private func trouble(_ answer: Answer) -> Finding? {
        let consequence =
            "nobody can look anything up: mail from hosts that validate or ask waits, then comes back to its senders"
        switch answer {
        case .records, .noData: return nil
        case .noName:
            return Finding(
                .zone, .error, "zone-missing", at: name, now: "there is no such name in DNS",
                wanted: "the domain registered and delegated",
                consequence: "mail to it is refused everywhere: the domain does not exist")
        case .bogus(let why):
            return Finding(
                .zone, .error, "zone-bogus", at: name, now: "DNSSEC validation fails: \(why)",
                wanted: "signatures that match the DS records, or no DS records", consequence: consequence)
        case .serverFailure(let code):
            return Finding(
                .zone, .error, "zone-failing", at: name, now: "its name servers answer \(ServerError.name(code)) or not at all",
                wanted: "name servers that answer", consequence: consequence)
        case .timeout:
            return Finding(
                .zone, .error, "zone-silent", at: name, now: "its name servers do not answer in time",
                wanted: "name servers that answer", consequence: consequence)
        }
    }

    private func serverFindings(_ zone: ZoneServers) async -> [Finding] {
        let opinions = await servers.ask(zone, zone.zone, .soa)
        var findings: [Finding] = []
        var states: [RecordData: [DNSName]] = [:]
        for opinion in opinions {
            switch opinion.answer {
            case .failure(let error):
                findings.append(
                    Finding(
                        .zone, .warning, "server-silent", at: opinion.server, now: "\(error)",
                        wanted: "every server named in NS answers",
                        consequence: "look-ups are slow, and fail when the others are away too; new DKIM keys wait"))
            case .success(let answer):
                guard answer.isAuthoritative, answer.code == 0 else {
                    let how = answer.code == 0 ? "does not speak for \(zone.zone)" : "answers \(ServerError.name(answer.code))"
                    findings.append(
                        Finding(
                            .zone, .warning, "server-lame", at: opinion.server, now: how,
                            wanted: "it serves the zone, or is no NS of it",
                            consequence: "look-ups are slow, and fail when the others are away too; new DKIM keys wait"))
                    continue
                }
                for record in answer.records(.soa, at: zone.zone) { states[record, default: []].append(opinion.server) }
            }
        }
        if states.count > 1 {
            findings.append(
                Finding(
                    .zone, .note, "servers-differ", at: zone.zone, now: "its servers have \(states.count) versions of the zone",
                    wanted: "one version", consequence: "for a while some senders see old records"))
        }
        return findings
    }
}
