package import DNS
internal import MailAuthentication

/// What a dynamic update is to change: our own records alone (RFC 2136).
///
/// A record is ours when we have published it before. What others put into the zone is never taken away, and where one of theirs
/// has the place of one of ours, ours is not put beside it: two SPF records, say, are worse than a wrong one.
package struct PublishingChange: Hashable, Sendable {
    package var additions: [ZoneUpdate.Record] = []
    package var deletions: [ZoneUpdate.Record] = []
    /// Wanted records whose place is taken, with what is there.
    package var conflicts: [Conflict] = []

    package struct Conflict: Hashable, Sendable, Codable {
        package var record: ZoneUpdate.Record
        package var found: String
    }

    /// What a server shows at a name, for a type.
    package struct Shown: Hashable, Sendable {
        package var name: DNSName
        package var type: String
        package var data: [RecordData]

        package init(name: DNSName, type: String, data: [RecordData]) {
            self.name = name
            self.type = type
            self.data = data
        }
    }

    package init(additions: [ZoneUpdate.Record] = [], deletions: [ZoneUpdate.Record] = []) {
        self.additions = additions
        self.deletions = deletions
    }

    /// - Parameters:
    ///   - wanted: records of the zone as they should be.
    ///   - owned: what we have published before and not taken away.
    ///   - shown: what the server has at each wanted name, for each wanted type and for CNAME.
    package init(wanted: [WantedRecord], owned: [ZoneUpdate.Record], shown: [Shown]) {
        let targets = wanted.map(\.update)
        deletions = owned.filter { !targets.contains($0) }
        for (record, target) in zip(wanted, targets) {
            let own = Set(owned.filter { $0.name == target.name && $0.type == target.type }.compactMap(\.comparable))
            let there = shown.filter { $0.name == target.name }
            let alike = there.filter { $0.type == target.type }.flatMap(\.data)
            // What was published may have been taken away since, and is put back.
            if owned.contains(target), alike.contains(where: { $0 == target.comparable }) { continue }
            let others = alike.filter { !own.contains($0) }
            let aliases = target.type == "CNAME" ? there.filter { $0.type != "CNAME" } : there.filter { $0.type == "CNAME" }
            if let obstacle = record.obstacle(among: others) ?? aliases.flatMap(\.data).first {
                // The very record that is wanted, put there by a person: it does what it should.
                guard target.comparable != obstacle else { continue }
                conflicts.append(Conflict(record: target, found: obstacle.words))
            } else if !others.contains(where: { $0 == target.comparable }) {
                additions.append(target)
            }
        }
    }

    package var isEmpty: Bool { additions.isEmpty && deletions.isEmpty }
}

extension WantedRecord {
    package var update: ZoneUpdate.Record { ZoneUpdate.Record(name: name, timeToLive: timeToLive, type: type, data: data) }

    /// Another's record that cannot stand beside this one; nil where there is none.
    fileprivate func obstacle(among others: [RecordData]) -> RecordData? {
        switch purpose {
        case .spf: others.first { $0.text.map(SPFRecord.isRecord) ?? false }
        case .dmarc: others.first { $0.text.map(DMARCRecord.isRecord) ?? false }
        case .mtaSTS where type == "TXT": others.first { $0.text?.hasPrefix("v=STSv1") ?? false }
        case .tlsReports: others.first { $0.text?.hasPrefix("v=TLSRPTv1") ?? false }
        case .dkim, .mx, .mtaSTS, .clients: others.first
        case .ownership, .host, .dane: nil
        }
    }
}

extension ZoneUpdate.Record {
    /// As a server would show it; nil for types that are not published.
    fileprivate var comparable: RecordData? {
        let words = data.split(separator: " ").map(String.init)
        switch type {
        case "TXT": return .text(Self.text(data))
        case "CNAME": return DNSName(data).map { .name($0) }
        case "MX":
            guard words.count == 2, let preference = UInt16(words[0]), let host = DNSName(words[1]) else { return nil }
            return .exchange(MailExchange(preference: preference, host: host))
        case "SRV":
            guard words.count == 4, let priority = UInt16(words[0]), let weight = UInt16(words[1]), let port = UInt16(words[2]),
                let target = words[3] == "." ? DNSName.root : DNSName(words[3])
            else { return nil }
            return .service(ServiceLocation(priority: priority, weight: weight, port: port, target: target))
        default: return nil
        }
    }

    /// The octets within the quotes of a TXT record as `RecordText` writes it.
    private static func text(_ data: String) -> [UInt8] {
        var octets: [UInt8] = []
        var rest = Array(data.utf8)[...]
        var isQuoted = false
        while let octet = rest.popFirst() {
            switch octet {
            case 0x22: isQuoted.toggle()
            case 0x5c where isQuoted:
                let digits = rest.prefix(3)
                if digits.count == 3, digits.allSatisfy({ (0x30...0x39).contains($0) }) {
                    octets.append(UInt8(truncatingIfNeeded: digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }))
                    rest = rest.dropFirst(3)
                } else if let next = rest.popFirst() {
                    octets.append(next)
                }
            default: if isQuoted { octets.append(octet) }
            }
        }
        return octets
    }
}

extension RecordData {
    fileprivate var text: String? {
        if case .text(let octets) = self { String(decoding: octets, as: UTF8.self) } else { nil }
    }

    /// For people.
    fileprivate var words: String {
        switch self {
        case .address(let address): address.description
        case .name(let name): name.absolute
        case .exchange(let exchange): "\(exchange.preference) \(exchange.host.absolute)"
        case .text(let octets): "\"\(String(decoding: octets, as: UTF8.self))\""
        case .service(let service): "\(service.priority) \(service.weight) \(service.port) \(service.target.absolute)"
        case .tlsa, .other: "another record"
        }
    }
}
