/// An LDAP directory that accounts of a tenant come from.
package struct DirectoryConfiguration: Sendable, Codable, Equatable {
    /// Of `id`.
    package var position: SourcePosition
    /// Immutable: mailboxes are found by it and the entries' stable ids. Unique in the tenant.
    package var id: String
    package var preset: DirectoryPreset
    /// Tried in this order: `ldap:`, `ldaps:` and `ldapi:`.
    package var urls: [String]
    /// Whether STARTTLS comes before anything else on `ldap:` URLs; without it the connection is of no use.
    package var startTLS: Bool
    /// Authorities that the server's certificate is checked against; the system's where nil. Relative to the configuration folder.
    package var authorityFile: String?
    /// The client's own certificate, for SASL EXTERNAL over TLS.
    package var certificateFile: String?
    package var keyFile: String?
    package var bind: DirectoryBind
    /// Where searches start unless a section names its own place.
    package var base: String
    package var users: DirectorySection?
    package var sharedMailboxes: DirectorySection?
    package var groups: DirectorySection?
    package var aliases: DirectorySection?
    package var sync: DirectorySyncSettings
    package var login: DirectoryLoginSettings
    package var brake: DirectoryBrake

    mutating func forgetPositions() { position = .nowhere }
}

/// The directory products whose attribute maps are known.
package enum DirectoryPreset: String, Sendable, Codable, CaseIterable {
    case openldap
    case activeDirectory = "active-directory"
    case freeipa
    case lldap
    /// Nothing is known: `users` has to name filter, `id` and `address`.
    case custom
}

/// As whom the directory is read.
package enum DirectoryBind: Sendable, Codable, Equatable {
    case anonymous
    /// - Parameter password: octets of the secret file's first line; never empty.
    case simple(name: String, password: [UInt8])
    /// SASL EXTERNAL (RFC 4422 appendix A): the client certificate, or on `ldapi:` the program's user.
    case external
}

/// One kind of entries; what is nil or absent is as the preset has it.
package struct DirectorySection: Sendable, Codable, Equatable {
    package var base: String?
    /// RFC 4515.
    package var filter: String?
    package var attributes: DirectoryAttributes

    package init(base: String? = nil, filter: String? = nil, attributes: DirectoryAttributes = DirectoryAttributes()) {
        self.base = base
        self.filter = filter
        self.attributes = attributes
    }
}

/// Which attributes say what; nil is as the preset has it, an empty list is none.
package struct DirectoryAttributes: Sendable, Codable, Equatable {
    /// What never changes about an entry.
    package var id: String?
    /// Names that a user may log in by, beside the addresses.
    package var logins: [String]?
    /// The first value of the first attribute that has one is the main address; its further values are aliases.
    package var addresses: [String]?
    /// Further addresses.
    package var aliases: [String]?
    /// The first that has a value is the name that people see.
    package var names: [String]?
    package var quota: [String]?
    /// What a quota without unit counts; octets where nil.
    package var quotaUnit: QuotaUnit?
    package var language: [String]?
    package var suspended: [SuspensionRule]?
    /// Groups that the entry says it is in.
    package var memberOf: [String]?
    /// Changes with the password: open sessions end then, and what was remembered is forgotten.
    package var passwordChanged: [String]?
    /// Of groups, and of shared mailboxes with `rights`.
    package var members: [String]?
    /// What `members` of a shared mailbox may do.
    package var rights: Set<SharedRight>?
    package var mayRead: [String]?
    package var maySend: [String]?
    package var mayManage: [String]?
    /// Where an alias leads.
    package var targets: [String]?
    /// Who may write to a group.
    package var senders: GroupSenders?

    package init() {}
}

package enum QuotaUnit: String, Sendable, Codable, CaseIterable {
    case octets = "B"
    case kilobytes = "KB"
    case megabytes = "MB"
    case gigabytes = "GB"

    package var octets: Int {
        switch self {
        case .octets: 1
        case .kilobytes: 1 << 10
        case .megabytes: 1 << 20
        case .gigabytes: 1 << 30
        }
    }
}

/// When an attribute says that an account is suspended.
package struct SuspensionRule: Sendable, Codable, Equatable {
    package enum Test: Sendable, Codable, Equatable {
        /// It has any value.
        case present
        /// It has one of these, case of no matter.
        case values([String])
        /// Its value as a number has one of these bits set.
        case bits(Int64)
    }

    package var attribute: String
    package var test: Test

    package init(_ attribute: String, _ test: Test) {
        self.attribute = attribute
        self.test = test
    }
}

/// How often, and how, a directory is read.
package struct DirectorySyncSettings: Sendable, Codable, Equatable {
    /// Between full readings where the server tells no changes, and between tries where it cannot be reached.
    package var interval: Duration
    /// Whether changes are listened to (RFC 4533) where the server offers that.
    package var live: Bool
    /// Entries that are asked for at once (RFC 2696).
    package var pageSize: Int
    /// How long connecting to one server may take, TLS included.
    package var connectTime: Duration
    /// How long one answer may take.
    package var answerTime: Duration
}

/// How users of a directory log in.
package struct DirectoryLoginSettings: Sendable, Codable, Equatable {
    /// How long a verified password is good without asking the directory.
    package var remember: Duration
    /// How long a verified password is good while the directory cannot be asked.
    package var outage: Duration
    /// Wrong passwords of one account that are passed to the directory within `window`.
    package var failures: Int
    package var window: Duration
}

/// What a sync may remove without being told to.
package struct DirectoryBrake: Sendable, Codable, Equatable {
    /// Accounts; so many of groups and aliases together.
    package var accounts: Int
    /// Of those that there are.
    package var percent: Int
    /// So few are always removed, also where they are more than `percent` of a small directory.
    package static let alwaysFree = 2
}
