package import FoundationEssentials
package import Mail

/// One message of the example host: a mail file whose first header fields say where it goes and how old it is.
///
/// `X-Demo-Folder: Clients/Harbour Hotel`, `X-Demo-Age: 1d 3h`, `X-Demo-Flags: seen answered`, `X-Demo-Tags: contract`. They are
/// taken off, and a Date field is put in their place, so that the mail looks as if it had just come.
package struct DemoMessage: Sendable {
    package let folder: [String]
    package let flags: SystemFlags
    package let tags: [Tag]
    /// Seconds since 1970.
    package let date: Int64
    package let octets: Data

    /// - Parameter now: seconds since 1970.
    package init(_ file: Data, now: Int64) {
        var lines = file.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)[...]
        var fields: [String: String] = [:]
        while let line = lines.first, line.starts(with: "X-Demo-".utf8) {
            let text = String(decoding: line, as: UTF8.self)
            let parts = text.dropFirst("X-Demo-".count).split(separator: ":", maxSplits: 1)
            fields[String(parts[0])] = parts.count > 1 ? parts[1].drop { $0 == " " }.filter { $0 != "\r" } : ""
            lines.removeFirst()
        }
        folder = (fields["Folder"] ?? "INBOX").split(separator: "/").map(String.init)
        tags = (fields["Tags"] ?? "").split(separator: " ").compactMap { Tag(String($0)) }
        flags = (fields["Flags"] ?? "").split(separator: " ").reduce(into: []) { $0.formUnion(Self.flag($1)) }
        date = now - (fields["Age"] ?? "").split(separator: " ").reduce(0) { $0 + Self.seconds($1) }
        var octets = Data("Date: \(Self.headerDate(date))\r\n".utf8)
        octets.append(contentsOf: lines.joined(separator: [UInt8(ascii: "\n")]))
        self.octets = octets
    }

    private static func flag(_ word: Substring) -> SystemFlags {
        switch word {
        case "seen": .seen
        case "answered": .answered
        case "flagged": .flagged
        case "draft": .draft
        case "forwarded": .forwarded
        default: []
        }
    }

    private static func seconds(_ word: Substring) -> Int64 {
        guard let number = Int64(word.dropLast()) else { return 0 }
        switch word.last {
        case "d": return number * 86_400
        case "h": return number * 3_600
        default: return number * 60
        }
    }

    /// RFC 5322 §3.3, in UTC.
    private static func headerDate(_ seconds: Int64) -> String {
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let date = Date(timeIntervalSince1970: Double(seconds))
        let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second, .weekday], from: date)
        let clock = [parts.hour, parts.minute, parts.second].map { number in
            let number = number ?? 0
            return number < 10 ? "0\(number)" : "\(number)"
        }
        let (weekday, month) = (days[(parts.weekday ?? 1) - 1], months[(parts.month ?? 1) - 1])
        return "\(weekday), \(parts.day ?? 1) \(month) \(parts.year ?? 1970) \(clock.joined(separator: ":")) +0000"
    }
}
