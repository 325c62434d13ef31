internal import Directory
internal import Mail
internal import MailConfiguration

/// Aliases, and what becomes of groups and aliases that are missing.
extension DirectoryJoin {
    mutating func addAliases(_ objects: SnapshotObjects) throws {
        try objects.forEach(.aliases) { place, kept in
            guard allowed(.aliases, kept) else { return }
            let addresses = try claimed(kept, Someone(first + Number(place), .alias))
            if addresses.isEmpty { note(kept, .noAddress, "it has no address of this tenant; it is not used") }
        }
        guard files.plan.allows(.aliases) else { return }
        // An alias may lead to another one: now all are known.
        try objects.forEach(.aliases) { place, kept in
            let addresses = try own(kept, first + Number(place))
            guard !addresses.isEmpty else { return }
            var targets: [Address] = []
            var unknown = UnknownMembers()
            for reference in kept.object.targets {
                if let target = try target(reference, kept) {
                    targets.append(target)
                } else {
                    unknown.add(UnknownMembers(first: reference.text, count: 1))
                }
            }
            noteUnknown(unknown, kept)
            guard !targets.isEmpty else { return }
            for address in addresses { try draft.add(AddressRoute(address.folded, .alias(targets))) }
        }
    }

    mutating func target(_ reference: MemberReference, _ kept: SnapshotDatabase.Kept) throws -> Address? {
        if let found = try index.find(reference, in: kept.directory) { return try index.address(found.number) }
        guard case .address(let text) = reference, let address = try? Address(text) else { return nil }
        guard let own = canonical(address) else { return allowed(.externalForwarding, kept) ? address : nil }
        guard let owner = try index.owner(own) else { return nil }
        return owner.kind == .alias ? own : try index.address(owner.number)
    }

    // MARK: Groups and aliases that are missing

    /// Their addresses are kept as long as accounts are suspended: nobody's mail is refused for a slip in a directory.
    func addWaiting(_ objects: SnapshotObjects) throws {
        let roles = Set(files.roleAddresses.map(\.address.folded))
        try objects.forEach(.waiting) { _, kept in
            guard files.plan.allows(kept.kind == .group ? .groups : .aliases) else { return }
            for text in kept.object.addresses.flatMap({ spelled($0, kept.kind) }) {
                guard let address = (try? Address(text)).flatMap(canonical), try index.owner(address) == nil,
                    !roles.contains(address.folded)
                else { continue }
                try draft.add(AddressRoute(address.folded, .waiting))
            }
        }
    }

    // MARK: What files say of entries

    /// Takes out of the files' objects whom the directories had once and have no more.
    mutating func settleFiles() throws {
        let found = found
        func isThere(_ id: LocalID) -> Bool { id.directoryParts == nil || found[id] != nil }
        files.admins.removeAll { !isThere($0) }
        for position in files.groups.indices { files.groups[position].members.removeAll { !isThere($0) } }
        for position in files.sharedMailboxes.indices {
            files.sharedMailboxes[position].members.removeAll { !isThere($0.user) }
        }
        for position in files.roleAddresses.indices {
            files.roleAddresses[position].admins.removeAll { !isThere($0) }
            files.roleAddresses[position].isDeclared = try index.owner(files.roleAddresses[position].address) != nil
        }
        guard files.admins.isEmpty, let directory = files.directories.first?.id else { return }
        joined.note(
            directory, DirectoryFinding(.noAdmin, "", "none of the tenant's admins is there: mail to postmaster@ is refused"))
    }
}
