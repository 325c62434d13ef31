import Delivery
import Glibc

extension QueueItem {
    /// One line of `queue list`.
    func line(now: Int64) -> String {
        let to = recipients.isEmpty ? "-" : recipients.prefix(3).joined(separator: ", ") + (recipients.count > 3 ? ", ..." : "")
        var words = [id, Self.span(now - accepted), "\(size) B", "<\(sender ?? "")>", "to \(to)", state(now: now)]
        if let reason { words.append("(\(reason))") }
        return words.joined(separator: "  ")
    }

    func state(now: Int64) -> String {
        guard let next = nextAttempt, next > now else { return state.rawValue }
        switch state {
        case .waiting, .delayed: return "\(state.rawValue), again in \(Self.span(next - now))"
        case .active, .held, .crashed: return state.rawValue
        }
    }

    /// `45s`, `12m`, `3h`, `2d`.
    static func span(_ seconds: Int64) -> String {
        switch max(0, seconds) {
        case let value where value < 120: "\(value)s"
        case let value where value < 7_200: "\(value / 60)m"
        case let value where value < 172_800: "\(value / 3_600)h"
        case let value: "\(value / 86_400)d"
        }
    }
}

extension QueueDetail {
    /// What `queue show` prints.
    var text: String {
        var lines = ["id        \(item.id)", "state     \(item.state.rawValue)" + (item.reason.map { " (\($0))" } ?? "")]
        lines.append("size      \(item.size) octets")
        lines.append("from      <\(item.sender ?? "")>")
        lines.append("door      \(door), session \(session)" + (account.map { ", account \($0)" } ?? ""))
        lines.append("attempts  \(item.attempts)")
        if let envelopeID { lines.append("envid     \(envelopeID)") }
        for route in routes { lines.append("copy      \(route.recipient ?? "-") -> \(route.target): \(route.outcome)") }
        return (lines + ["", Self.harmless(header)]).joined(separator: "\n")
    }

    /// Without what a terminal would obey: a header is written by strangers.
    private static func harmless(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.filter { $0 == "\n" || $0 == "\t" || ($0.value >= 0x20 && !(0x7f...0x9f).contains($0.value)) }
            ))
    }
}

/// Where a command says what it does, apart from its answer.
enum StandardError {
    static func line(_ text: String) {
        let line = Array("\(text)\n".utf8)
        _ = unsafe line.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
