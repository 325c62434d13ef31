/// What a tenant's plan lets its users do. The raw values stand in generation files: never give one a new meaning.
package struct TenantFeatures: OptionSet, Hashable, Sendable, Codable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let imap = TenantFeatures(rawValue: 1 << 0)
    package static let pop3 = TenantFeatures(rawValue: 1 << 1)
    package static let submission = TenantFeatures(rawValue: 1 << 2)
    package static let web = TenantFeatures(rawValue: 1 << 3)
    package static let activeSync = TenantFeatures(rawValue: 1 << 4)
    package static let sharedMailboxes = TenantFeatures(rawValue: 1 << 5)
    /// Aliases, groups and users may forward to other hosts.
    package static let externalForwarding = TenantFeatures(rawValue: 1 << 6)

    package static let all: TenantFeatures = [
        .imap, .pop3, .submission, .web, .activeSync, .sharedMailboxes, .externalForwarding,
    ]

    /// Whether a password may be used there.
    package func allow(_ service: LoginService) -> Bool {
        switch service {
        case .imap: contains(.imap)
        case .submission: contains(.submission)
        case .web: contains(.web)
        }
    }
}
