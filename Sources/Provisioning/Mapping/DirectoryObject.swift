package import MailConfiguration

/// What one entry says of mail, before it is known who else there is: what a snapshot keeps.
package struct DirectoryObject: Sendable, Codable, Hashable {
    /// As the server writes it, for people.
    package var name: String
    /// `DistinguishedName.normalized`, by which groups name it.
    package var key: String
    /// As found, the main one first, in the order of the map; not looked at yet.
    package var addresses: [String] = []
    /// Folded.
    package var logins: [String] = []
    package var displayName: String?
    package var quota: Int?
    package var language: Language?
    package var isSuspended = false
    /// Changes with the password.
    package var passwordMark: String?
    package var members: [MemberReference] = []
    package var readers: [MemberReference] = []
    package var writers: [MemberReference] = []
    package var managers: [MemberReference] = []
    /// Keys of groups.
    package var memberOf: [String] = []
    package var targets: [MemberReference] = []
    package var senders: GroupSenders?
    /// In the order of their cases: what is kept of an entry that has not changed must not change.
    package var rights: [SharedRight]?
    /// What is wrong with it by itself.
    package var findings: [DirectoryFinding] = []

    package init(name: String, key: String) {
        self.name = name
        self.key = key
    }
}

/// How one entry names another.
package enum MemberReference: Sendable, Codable, Hashable {
    /// A normalized distinguished name.
    case entry(String)
    /// Folded.
    case login(String)
    case address(String)

    package var text: String {
        switch self {
        case .entry(let text), .login(let text), .address(let text): text
        }
    }
}

/// Something about an entry that keeps it, or a part of it, from being used.
package struct DirectoryFinding: Sendable, Codable, Hashable {
    package enum Code: String, Sendable, Codable, CaseIterable {
        case noID = "no-id"
        case duplicateID = "duplicate-id"
        case foreignID = "foreign-id"
        case noAddress = "no-address"
        case badAddress = "bad-address"
        case foreignAddress = "foreign-address"
        case duplicateAddress = "duplicate-address"
        case duplicateLogin = "duplicate-login"
        case badQuota = "bad-quota"
        case badName = "bad-name"
        case unknownMember = "unknown-member"
        case tooManyMembers = "too-many-members"
        case cyclicGroup = "cyclic-group"
        case tooManyValues = "too-many-values"
        case overLimit = "over-limit"
        case notInPlan = "not-in-plan"
        case noAdmin = "no-admin"
    }

    package var code: Code
    /// The entry's name; empty where none is meant.
    package var entry: String
    /// A sentence without its full stop: what was found, and what becomes of it.
    package var message: String

    package init(_ code: Code, _ entry: String, _ message: String) {
        self.code = code
        self.entry = entry
        self.message = message
    }

    /// Of an entry that comes after another one with its id.
    static func duplicateID(_ mapped: EntryMapping.Mapped) -> DirectoryFinding {
        DirectoryFinding(
            .duplicateID, mapped.object.name, "another entry has the same id, \(mapped.stableID); this one is not used")
    }

    /// A line for a terminal: what came from elsewhere moves no cursor.
    package var text: String { "\(entry.isEmpty ? "" : "\(Shown.text(entry, 120)): ")[\(code.rawValue)] \(message)" }
}

/// Text of an entry as people may be shown it.
enum Shown {
    static func text(_ text: String, _ longest: Int = 80) -> String {
        if text.utf8.count <= longest, text.utf8.allSatisfy({ (0x20..<0x7f).contains($0) }) { return text }
        let scalars = text.unicodeScalars.prefix(longest).map { scalar -> Unicode.Scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: "\u{FFFD}"
            default: scalar
            }
        }
        return String(String.UnicodeScalarView(scalars)) + (text.unicodeScalars.count > longest ? "…" : "")
    }
}
