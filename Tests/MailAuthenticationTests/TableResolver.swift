import DNS

/// Answers from a table: a line for each record, `name TYPE data`; the data of a whole name may be `SERVFAIL`, `TIMEOUT` or `BOGUS`.
struct TableResolver: Resolver {
    private var records: [String: [RecordData]] = [:]
    private var failures: [String: Answer] = [:]
    private var names: Set<String> = []

    init(_ text: String) {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 2).map(String.init)
            guard words.count > 1 else { continue }
            let name = words[0]
            names.insert(name)
            switch words[1] {
            case "SERVFAIL": failures[name] = .serverFailure(code: 2)
            case "TIMEOUT": failures[name] = .timeout
            case "BOGUS": failures[name] = .bogus("test")
            default:
                guard words.count == 3, let data = Self.data(words[1], words[2]) else { fatalError("bad line: \(line)") }
                records["\(name) \(words[1])", default: []].append(data)
            }
        }
    }

    private static func data(_ type: String, _ text: String) -> RecordData? {
        let words = text.split(separator: " ").map(String.init)
        switch type {
        case "TXT": return .text(Array(text.utf8))
        case "A", "AAAA": return IPAddress(text).map { .address($0) }
        case "PTR": return DNSName(text).map { .name($0) }
        case "MX":
            let host = words[1] == "." ? .root : DNSName(words[1])
            return host.map { .exchange(MailExchange(preference: UInt16(words[0]) ?? 0, host: $0)) }
        default: return nil
        }
    }

    func ask(_ name: DNSName, _ type: RecordType) async -> Answer {
        if let failure = failures[name.text] { return failure }
        if let found = records["\(name) \(type)"] { return .records(RecordSet(proof: .insecure, records: found)) }
        let exists = names.contains { $0 == name.text || $0.hasSuffix("." + name.text) }
        return exists ? .noData(.insecure) : .noName(.insecure)
    }
}
