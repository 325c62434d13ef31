internal import Mail
internal import MailConfiguration

/// Who is meant by the members of groups, shared mailboxes and aliases.
struct MemberIndex {
    struct Found: Hashable {
        var id: LocalID
        var kind: DirectoryNames.Kind
    }

    private struct Place: Hashable {
        var directory: String
        var text: String
    }

    private var byKey: [Place: Found] = [:]
    private var byLogin: [Place: Found] = [:]
    private var logins: Set<String> = []
    private var byAddress: [Address: Found] = [:]
    private var objects: [LocalID: SnapshotDatabase.Kept] = [:]
    private var known: Set<LocalID> = []
    private var addressed: Set<LocalID> = []
    /// Members that groups have, by the groups' own lists and by what entries say; loops are taken out.
    private var members: [LocalID: [MemberReference]] = [:]
    private var groups: [LocalID] = []
    /// Groups of which one is in another that may not be followed, as that would go round.
    private var cut: Set<Edge> = []

    private struct Edge: Hashable {
        var from: LocalID
        var to: LocalID
    }

    // MARK: Adding

    mutating func add(_ id: LocalID, _ kind: DirectoryNames.Kind, addresses: [Address]) {
        known.insert(id)
        addressed.insert(id)
        for address in addresses { byAddress[address.folded] = Found(id: id, kind: kind) }
    }

    mutating func add(
        _ id: LocalID, _ kind: DirectoryNames.Kind, _ kept: SnapshotDatabase.Kept, addresses: [Address], logins: [String],
        number: Int
    ) {
        let found = Found(id: id, kind: kind)
        objects[id] = kept
        byKey[Place(directory: kept.directory, text: kept.object.key)] = found
        for login in logins {
            byLogin[Place(directory: kept.directory, text: login)] = found
            self.logins.insert(login)
        }
        known.insert(id)
        if !addresses.isEmpty { addressed.insert(id) }
        for address in addresses { byAddress[address.folded] = found }
        guard kind == .group else { return }
        groups.append(id)
        members[id] = kept.object.members
    }

    /// Entries that say which groups they are in become members there.
    mutating func addStatedGroups() {
        let stating = objects.compactMap { $0.value.object.memberOf.isEmpty ? nil : $0.key }.sorted()
        for id in stating {
            guard let kept = objects[id], kept.kind == .user || kept.kind == .group else { continue }
            for key in kept.object.memberOf {
                guard let group = byKey[Place(directory: kept.directory, text: key)], group.kind == .group, group.id != id else {
                    continue
                }
                let reference = MemberReference.entry(kept.object.key)
                // Most servers tell it on both sides.
                stated[group.id, default: []].append(reference)
            }
        }
        for (group, references) in stated {
            let listed = Set(members[group] ?? [])
            members[group, default: []] += references.filter { !listed.contains($0) }
        }
        stated = [:]
    }

    private var stated: [LocalID: [MemberReference]] = [:]

    // MARK: Finding

    func has(_ id: LocalID) -> Bool { known.contains(id) }
    func hasAddress(_ id: LocalID) -> Bool { addressed.contains(id) }
    func hasLogin(_ login: String) -> Bool { logins.contains(login) }
    func kept(_ id: LocalID) -> SnapshotDatabase.Kept? { objects[id] }

    func find(_ reference: MemberReference, in directory: String) -> Found? {
        switch reference {
        case .entry(let key): byKey[Place(directory: directory, text: key)]
        case .login(let login): byLogin[Place(directory: directory, text: login)]
        case .address(let text): (try? Address(text)).flatMap { byAddress[$0.folded] }
        }
    }

    private func members(_ id: LocalID) -> (found: [Found], unknown: [MemberReference]) {
        guard let kept = objects[id] else { return ([], []) }
        var found: [Found] = []
        var unknown: [MemberReference] = []
        for reference in members[id] ?? [] {
            guard let member = find(reference, in: kept.directory) else {
                unknown.append(reference)
                continue
            }
            if !cut.contains(Edge(from: id, to: member.id)) { found.append(member) }
        }
        return (found, unknown)
    }

    // MARK: Loops

    /// Cuts each circle of groups at one place, and names it. Without recursion, as a chain of groups may be long.
    mutating func breakLoops() -> [(loop: String, at: SnapshotDatabase.Kept)] {
        var loops: [(String, SnapshotDatabase.Kept)] = []
        var done: Set<LocalID> = []
        for start in groups where !done.contains(start) {
            var path: [(id: LocalID, rest: ArraySlice<LocalID>)] = [(start, inner(start)[...])]
            var onPath: Set<LocalID> = [start]
            while let (id, rest) = path.last {
                guard let next = rest.first else {
                    done.insert(id)
                    onPath.remove(id)
                    path.removeLast()
                    continue
                }
                path[path.count - 1].rest = rest.dropFirst()
                if onPath.contains(next) {
                    cut.insert(Edge(from: id, to: next))
                    if let kept = objects[id] { loops.append((words(path.map(\.id), from: next), kept)) }
                } else if !done.contains(next) {
                    path.append((next, inner(next)[...]))
                    onPath.insert(next)
                }
            }
        }
        return loops
    }

    private func inner(_ id: LocalID) -> [LocalID] {
        members(id).found.filter { $0.kind == .group && objects[$0.id] != nil }.map(\.id)
    }

    private func words(_ path: [LocalID], from start: LocalID) -> String {
        let loop = Array(path.drop { $0 != start }) + [start]
        let names = loop.prefix(6).map { objects[$0].map { Shown.text($0.object.displayName ?? $0.object.name, 40) } ?? $0.text }
        return names.joined(separator: " → ") + (loop.count > 6 ? " → …" : "")
    }

    // MARK: Members

    /// Of a group with an address: accounts, and inner groups with addresses; the members of others in their place.
    func members(of group: LocalID) -> (members: [LocalID], unknown: [MemberReference]) {
        var result: [LocalID] = []
        var seen: Set<LocalID> = [group]
        var unknown: [MemberReference] = []
        var waiting = [group][...]
        while let id = waiting.popFirst() {
            let (found, lost) = members(id)
            if id == group { unknown = lost }
            for member in found where seen.insert(member.id).inserted {
                if member.kind == .group, !addressed.contains(member.id) {
                    waiting.append(member.id)
                } else {
                    result.append(member.id)
                }
            }
        }
        return (result, unknown)
    }

    /// Users behind references, groups opened.
    func users(_ references: [MemberReference], in directory: String) -> (users: [LocalID], unknown: [MemberReference]) {
        var users: [LocalID] = []
        var unknown: [MemberReference] = []
        var seen: Set<LocalID> = []
        var waiting: [Found] = []
        for reference in references {
            if let found = find(reference, in: directory) { waiting.append(found) } else { unknown.append(reference) }
        }
        var next = waiting[...]
        while let found = next.popFirst() {
            guard seen.insert(found.id).inserted else { continue }
            if found.kind == .user { users.append(found.id) }
            if found.kind == .group { next += members(found.id).found }
        }
        return (users, unknown)
    }
}
