package import Mail

/// A person with a mailbox and a password.
package struct UserConfiguration: Sendable, Codable, Equatable {
    package var position: SourcePosition
    package var id: LocalID
    package var address: Address
    package var name: String
    /// Further addresses of this one account (F123), without those of alias domains.
    package var aliases: [Address]
    /// crypt(3), from the file itself or from the file that it names; nil where `user password` sets it.
    package var passwordHash: String?
    /// Where the hash is written, so that `user password` can name the line to edit; nil without a hash in files.
    package var passwordPosition: SourcePosition?
    /// The mailbox's size; the plan's where the file says nothing.
    package var quota: ByteCount
    package var language: Language
    package var isSuspended: Bool
    /// Addresses beyond the user's own and their aliases that the user may send as.
    package var senders: [Address]
    /// Groups whose address the user may send as.
    package var maySendAs: [LocalID]

    package init(
        position: SourcePosition, id: LocalID, address: Address, name: String, aliases: [Address], passwordHash: String? = nil,
        passwordPosition: SourcePosition? = nil, quota: ByteCount, language: Language, isSuspended: Bool, senders: [Address],
        maySendAs: [LocalID]
    ) {
        self.position = position
        self.id = id
        self.address = address
        self.name = name
        self.aliases = aliases
        self.passwordHash = passwordHash
        self.passwordPosition = passwordPosition
        self.quota = quota
        self.language = language
        self.isSuspended = isSuspended
        self.senders = senders
        self.maySendAs = maySendAs
    }

    mutating func forgetPositions() {
        position = .nowhere
        passwordPosition = passwordPosition.map { _ in .nowhere }
    }
}

/// A mailbox of several people: no password, reached through its members' own accounts (F74 to F84).
package struct SharedMailboxConfiguration: Sendable, Codable, Equatable {
    package var position: SourcePosition
    package var id: LocalID
    package var address: Address
    package var name: String
    package var aliases: [Address]
    package var quota: ByteCount
    package var members: [SharedMember]
    /// No mail is filed, as its entry says so or has gone from its directory; never of those in files.
    package var isSuspended = false

    package init(
        position: SourcePosition, id: LocalID, address: Address, name: String, aliases: [Address], quota: ByteCount,
        members: [SharedMember]
    ) {
        self.position = position
        self.id = id
        self.address = address
        self.name = name
        self.aliases = aliases
        self.quota = quota
        self.members = members
    }

    mutating func forgetPositions() {
        position = .nowhere
        for index in members.indices { members[index].position = .nowhere }
    }
}

/// What one user may do in a shared mailbox.
package struct SharedMember: Sendable, Codable, Equatable {
    package var position: SourcePosition
    package var user: LocalID
    package var rights: Set<SharedRight>

    package init(
        position: SourcePosition, user: LocalID, rights: Set<SharedRight>
    ) {
        self.position = position
        self.user = user
        self.rights = rights
    }
}

package enum SharedRight: String, Sendable, Codable, CaseIterable {
    /// See and file its mail.
    case read
    /// Send as its address.
    case send
    /// Edit its filters and absence message (F82).
    case manage
}

/// An address for several people; it has no mailbox.
package struct GroupConfiguration: Sendable, Codable, Equatable {
    package var position: SourcePosition
    package var id: LocalID
    package var address: Address
    package var name: String
    /// Further addresses of the group.
    package var aliases: [Address]
    /// Users, shared mailboxes and groups, in the order of the file; no loops.
    package var members: [LocalID]
    package var maySend: GroupSenders

    package init(
        position: SourcePosition, id: LocalID, address: Address, name: String, aliases: [Address], members: [LocalID],
        maySend: GroupSenders
    ) {
        self.position = position
        self.id = id
        self.address = address
        self.name = name
        self.aliases = aliases
        self.members = members
        self.maySend = maySend
    }
}

/// Who may write to a group.
package enum GroupSenders: String, Sendable, Codable, CaseIterable {
    case anyone
    /// Users of the same tenant.
    case tenant
    case members
}

/// An address that stands for others.
package struct AliasConfiguration: Sendable, Codable, Equatable {
    package var position: SourcePosition
    package var address: Address
    /// At least one; no loops.
    package var targets: [AliasTarget]

    package init(
        position: SourcePosition, address: Address, targets: [AliasTarget]
    ) {
        self.position = position
        self.address = address
        self.targets = targets
    }
}

package enum AliasTarget: Sendable, Codable, Equatable, Hashable {
    /// A user or a shared mailbox of the tenant.
    case account(LocalID)
    case group(LocalID)
    /// Another alias of the tenant.
    case alias(Address)
    /// Somewhere else; only where the plan has `external_forwarding`.
    case external(Address)
}
