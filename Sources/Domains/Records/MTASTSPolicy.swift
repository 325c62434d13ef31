package import DNS

/// An MTA-STS policy as it is served (RFC 8461 §3.2).
package struct MTASTSPolicy: Hashable, Sendable {
    package enum Mode: String, Hashable, Sendable {
        case enforce, testing, none
    }

    package var mode: Mode
    /// Names of exchangers in lower case, or `*.` before one.
    package var exchanges: Set<String>
    /// Seconds.
    package var maximumAge: Int

    /// Lines `key: value`; of keys other than `mx` the first counts, and unknown ones are passed over.
    package init(_ octets: [UInt8]) throws(MTASTSPolicyError) {
        guard let text = String(validating: octets, as: UTF8.self) else { throw .notText }
        var values: [Substring: String] = [:]
        exchanges = []
        for line in text.split(whereSeparator: \.isNewline) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let (key, value) = (line[..<colon], Self.trimmed(line[line.index(after: colon)...]))
            if key == "mx" {
                guard Self.isPattern(value) else { throw .wrong(key: "mx", value) }
                exchanges.insert(value.lowercased())
            } else if values[key] == nil {
                values[key] = value
            }
        }
        func value(_ key: Substring) throws(MTASTSPolicyError) -> String {
            guard let value = values[key] else { throw .missing(String(key)) }
            return value
        }
        let version = try value("version")
        guard version == "STSv1" else { throw .wrong(key: "version", version) }
        let mode = try value("mode")
        guard let known = Mode(rawValue: mode) else { throw .wrong(key: "mode", mode) }
        self.mode = known
        let age = try value("max_age")
        guard (1...10).contains(age.utf8.count), age.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let seconds = Int(age)
        else { throw .wrong(key: "max_age", age) }
        maximumAge = seconds
        guard !exchanges.isEmpty || known == .none else { throw .missing("mx") }
    }

    private static func isPattern(_ text: String) -> Bool {
        DNSName(text.hasPrefix("*.") ? String(text.dropFirst(2)) : text).map { !$0.text.contains("*") } ?? false
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return String(text)
    }

    /// Whether it names an exchanger; a wildcard stands for one label (RFC 8461 §4.1).
    package func names(_ host: DNSName) -> Bool {
        exchanges.contains(host.text) || host.parent.map { exchanges.contains("*.\($0.text)") } ?? false
    }
}

extension MTASTSPolicy: CustomStringConvertible {
    package var description: String {
        (["mode: \(mode.rawValue)"] + exchanges.sorted().map { "mx: \($0)" } + ["max_age: \(maximumAge)"]).joined(separator: ", ")
    }
}

/// Why senders take a policy for none.
package enum MTASTSPolicyError: Error, Hashable, Sendable, CustomStringConvertible {
    case notText
    case missing(String)
    case wrong(key: String, String)

    package var description: String {
        switch self {
        case .notText: "the policy is no text"
        case .missing(let key): "the policy has no \(key)"
        case .wrong(let key, let value): "the policy has the wrong line \"\(key): \(value.prefix(80))\""
        }
    }
}
