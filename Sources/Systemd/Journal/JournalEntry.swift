internal import Logging

/// One line of the log as the journal keeps it: fields with names, systemd.journal-fields(7).
struct JournalEntry: Sendable, Equatable {
    struct Field: Sendable, Equatable {
        var name: String
        var value: String
    }

    /// Octets of a field's value; what is longer is cut.
    static let longestValue = 16_384
    /// Fields that come from metadata.
    static let mostMetadata = 32

    var fields: [Field]

    /// - Parameters:
    ///   - label: the logger's, which becomes SYSLOG_IDENTIFIER.
    ///   - metadata: `queue.id` becomes MALAPOSTA_QUEUE_ID, and follows the sentence in MESSAGE as well, as operators read that.
    init(
        label: String, level: Logger.Level, message: String, metadata: Logger.Metadata, file: String = "", line: UInt = 0
    ) {
        let pairs = metadata.sorted { $0.key < $1.key }.prefix(Self.mostMetadata).map { ($0.key, "\($0.value)") }
        let words = ([message] + pairs.map { "\($0.0)=\($0.1)" }).joined(separator: " ")
        fields = [
            Field(name: "MESSAGE", value: Self.cut(words)), Field(name: "PRIORITY", value: Self.priority(level)),
            Field(name: "SYSLOG_IDENTIFIER", value: label),
        ]
        if !file.isEmpty {
            fields.append(Field(name: "CODE_FILE", value: file))
            fields.append(Field(name: "CODE_LINE", value: "\(line)"))
        }
        for (key, value) in pairs { fields.append(Field(name: Self.name(key), value: Self.cut(value))) }
    }

    private static func cut(_ value: String) -> String {
        value.utf8.count <= longestValue ? value : String(decoding: value.utf8.prefix(longestValue), as: UTF8.self) + "..."
    }

    /// syslog(3)'s numbers.
    private static func priority(_ level: Logger.Level) -> String {
        switch level {
        case .trace, .debug: "7"
        case .info: "6"
        case .notice: "5"
        case .warning: "4"
        case .error: "3"
        case .critical: "2"
        }
    }

    /// Capital letters, digits and underscores, at most 64 octets (systemd.journal-fields(7)).
    private static func name(_ key: String) -> String {
        let octets = key.utf8.prefix(50).map { octet -> UInt8 in
            switch octet {
            case 0x61...0x7a: octet - 0x20
            case 0x30...0x39, 0x41...0x5a: octet
            default: 0x5f
            }
        }
        return "MALAPOSTA_" + String(decoding: octets, as: UTF8.self)
    }
}
