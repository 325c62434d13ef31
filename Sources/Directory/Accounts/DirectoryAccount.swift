package import Mail

/// A person's account or a shared mailbox, as one generation knows it.
package struct DirectoryAccount: Hashable, Sendable, Codable, Identifiable {
    package let id: AccountID
    package var tenant: TenantID
    /// The tenant's name as people read it.
    package var tenantName: String
    package var kind: AccountKind
    /// Its main address, also its login name.
    package var address: Address
    package var displayName: String
    /// `en` or `pt`; what pages and notices are written in until the user chooses otherwise.
    package var language: String
    /// Second addresses of this account and of no other (F123).
    package var aliases: [Address]
    /// Every address that it may send as; the default first.
    package var senders: [SenderAddress]
    /// Nil is no limit.
    package var quota: ByteCount?
    package var state: AccountState
    /// The shared mailboxes of the same tenant that it may open.
    package var shared: [SharedAccess]
    package var features: TenantFeatures
    package var limits: AccountLimits

    package init(
        id: AccountID, tenant: TenantID, tenantName: String, kind: AccountKind = .user, address: Address, displayName: String,
        language: String = "en", aliases: [Address] = [], senders: [SenderAddress]? = nil, quota: ByteCount? = nil,
        state: AccountState = .active, shared: [SharedAccess] = [], features: TenantFeatures = .all,
        limits: AccountLimits = AccountLimits()
    ) {
        self.id = id
        self.tenant = tenant
        self.tenantName = tenantName
        self.kind = kind
        self.address = address
        self.displayName = displayName
        self.language = language
        self.aliases = aliases
        let own = [address] + aliases
        self.senders = senders ?? own.map { SenderAddress(address: $0, displayName: displayName, account: id) }
        self.quota = quota
        self.state = state
        self.shared = shared
        self.features = features
        self.limits = limits
    }

    /// The largest message it may send or receive, in octets as they go over SMTP.
    package var maxMessageSize: ByteCount { limits.maxMessageSize }
    /// Recipients of one message.
    package var maxRecipients: Int { limits.maxRecipients }
    /// Messages sent in a day, one counted for each recipient.
    package var messagesPerDay: Int { limits.messagesPerDay }

    /// Whether it may put this address into MAIL FROM or the From field; case of the local part is of no matter, and
    /// a detail behind `+` is allowed on its own addresses (F122).
    package func maySend(as address: Address) -> Bool {
        let wanted = address.folded
        let base = wanted.splitDetail()?.base
        return senders.contains { $0.address.folded == wanted || $0.address.folded == base }
    }

    /// What it may do in a shared mailbox; in its own mailbox everything.
    package func rights(in mailbox: AccountID) -> SharedRights {
        if mailbox == id { return .all }
        return shared.first { $0.account == mailbox }?.rights ?? []
    }
}

package enum AccountKind: String, Hashable, Sendable, Codable {
    /// A person: logs in.
    case user
    /// A mailbox that people open from their own accounts; nobody logs in as it.
    case shared
}

/// Whether an account may be used.
package enum AccountState: Hashable, Sendable, Codable {
    case active
    /// No login; mail to it is deferred (450 4.2.1).
    case suspended(by: SuspensionLevel)
    /// Left the files: no login, mail to it is refused (550 5.2.1), its data is deleted after the grace period.
    case retired

    package var isActive: Bool { self == .active }
}

package enum SuspensionLevel: String, Hashable, Sendable, Codable {
    case tenant, account
}
