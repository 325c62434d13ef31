package import DNS

/// A record that a domain or its host wants.
package struct WantedRecord: Codable, Hashable, Sendable {
    package enum Purpose: String, Codable, Sendable, CaseIterable {
        case ownership, mx, spf, dkim, dmarc
        case mtaSTS = "mta-sts"
        case tlsReports = "tls-rpt"
        case clients, host, dane
    }

    package enum Need: String, Codable, Sendable {
        /// Without it mail does not come, or does not arrive.
        case required
        case recommended
        case optional
    }

    /// Whose zone it belongs in.
    package enum Place: String, Codable, Sendable {
        case domain, host, reverse
    }

    package var purpose: Purpose
    package var need: Need
    package var place: Place
    package var name: DNSName
    /// `TXT`
    package var type: String
    /// Seconds.
    package var timeToLive: Int
    /// What a panel's field takes: a TXT record's text without quotes, else as `data`.
    package var value: String
    /// In presentation form; a long TXT record in several strings.
    package var data: String

    init(
        _ purpose: Purpose, _ need: Need, _ name: DNSName, _ type: String, _ value: String, in place: Place = .domain
    ) {
        self.purpose = purpose
        self.need = need
        self.place = place
        self.name = name
        self.type = type
        timeToLive = 3_600
        self.value = value
        data = type == "TXT" ? RecordText.strings(value).joined(separator: " ") : value
    }
}

extension WantedRecord {
    /// As lines of a zone file of at most `width` columns, where nothing in it is longer by itself.
    package func zoneLines(width: Int = 80) -> [String] {
        let head = "\(name.absolute) \(timeToLive) IN \(type)"
        let line = "\(head) \(data)"
        guard line.count > width, type == "TXT" else { return [line] }
        let strings = RecordText.strings(value, length: width - 8)
        guard strings.count > 1 else { return ["\(head) (", "    \(strings[0]) )"] }
        return ["\(head) ("] + strings.dropLast().map { "    \($0)" } + ["    \(strings[strings.count - 1]) )"]
    }
}
