internal import Directory
internal import TLS
internal import Wire

/// A password for one program of a user, made by chance; it never reaches a directory.
package struct ApplicationPassword: Codable, Sendable, Hashable {
    /// What a program may do with it.
    package enum Scope: String, Codable, Sendable, CaseIterable {
        case imap, smtp, web
        /// Phones and calendars.
        case sync

        func allows(_ service: LoginService) -> Bool {
            switch service {
            case .imap: self == .imap
            case .submission: self == .smtp
            case .web: self == .web
            }
        }
    }

    /// Of one user.
    package static let most = 50
    /// Scalars of a name.
    package static let longestName = 60

    package var name: String
    package var scopes: [Scope]
    /// Seconds since 1970.
    package var created: Int64
    /// To within ten minutes; nil where it was never used.
    package var lastUsed: Int64?
    /// From where.
    package var lastRemote: String?

    package static func isName(_ name: String) -> Bool {
        (1...longestName).contains(name.unicodeScalars.count)
            && name.unicodeScalars.allSatisfy { $0.value > 0x20 && !(0x7f...0x9f).contains($0.value) || $0 == " " }
            && name.first != " " && name.last != " "
    }

    // MARK: The secret

    /// How one begins, by which it is told from all others.
    private static let prefix = "mp-"
    /// Without letters and digits that look alike: 32 of them, five bits each.
    private static let alphabet = Array("abcdefghijkmnpqrstuvwxyz23456789".utf8)
    private static let groups = 5
    private static let groupLength = 5

    /// A new one: 125 bits, `mp-xxxxx-xxxxx-xxxxx-xxxxx-xxxxx`.
    static func make() -> String {
        let letters = SecureRandom.octets(groups * groupLength).map { alphabet[Int($0 & 31)] }
        let parts = stride(from: 0, to: letters.count, by: groupLength).map {
            String(decoding: letters[$0..<($0 + groupLength)], as: UTF8.self)
        }
        return prefix + parts.joined(separator: "-")
    }

    /// Whether a password looks like one. Whoever sends it means an application password, so a wrong one goes nowhere else.
    static func hasForm(_ password: [UInt8]) -> Bool { normalized(password) != nil }

    /// What is kept of one. It is random enough that a plain digest cannot be turned round.
    static func digest(_ password: [UInt8]) -> String? { normalized(password).map { Hex.encode(SHA256.digest(of: $0)) } }

    /// As made; people may write it in capitals or with spaces.
    private static func normalized(_ password: [UInt8]) -> [UInt8]? {
        let lower = password.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }.filter { $0 != 0x20 }
        let parts = lower.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count == groups + 1, Array(parts[0]) == Array(prefix.utf8.dropLast()) else { return nil }
        guard parts.dropFirst().allSatisfy({ $0.count == groupLength && $0.allSatisfy(alphabet.contains) }) else { return nil }
        return lower
    }
}

extension ApplicationPassword {
    /// A line of `user app-password list`.
    package var line: String {
        let use = lastUsed.map { "used \(CalendarDay.minute($0)) UTC" + (lastRemote.map { " from \($0)" } ?? "") } ?? "never used"
        return "\(name.padded(to: 24)) \(scopes.map(\.rawValue).joined(separator: " ").padded(to: 20)) \(use)"
    }
}
