internal import MailConfiguration
internal import SQL

/// Who is in which group of the directories, in `JoinTables`; in memory are the members of one group, and of groups that are opened
/// a bit for each object that there is.
final class GroupGraph {
    typealias Number = JoinIndex.Number

    private let tables: Connection
    /// Numbers what is added: whoever is listed goes before whoever says so.
    private var steps: Int64 = 0
    /// The last step of those who are listed; nil until somebody says to be in a group.
    private var listedUntil: Int64?
    /// Whether members may not be followed, as that would go round.
    private var hasCuts = false
    private var seen = NumberSet()

    init(_ tables: Connection) { self.tables = tables }

    // MARK: Adding

    /// All groups are added before anybody states anything, in the order of their numbers.
    ///
    /// - Parameter listed: in the order of its own list.
    func add(_ group: Number, listed: [Someone], unknown: UnknownMembers) throws {
        try tables.run(
            "INSERT INTO listing (team, listed, lost, example) VALUES ($1, $2, $3, $4)", .number(group), .octets(listed.packed),
            .number(unknown.count), .text(unknown.first))
        for member in listed where member.kind == .group { try nest(member.number, in: group) }
    }

    /// Whoever says to be in a group; most servers tell it on both sides.
    func state(_ member: Someone, isIn group: Number) throws {
        let listedUntil = listedUntil ?? steps
        self.listedUntil = listedUntil
        steps += 1
        try tables.run(
            "INSERT INTO stated (team, step, someone) VALUES ($1, $2, $3)", .number(group), .integer(steps),
            .number(member.packed))
        guard member.kind == .group else { return }
        let isListed = try tables.first(
            "SELECT 1 FROM nested WHERE team = $1 AND step <= $2 AND member = $3 LIMIT 1", .number(group), .integer(listedUntil),
            .number(member.number)
        ) { _ in true }
        if isListed == nil { try nest(member.number, in: group) }
    }

    private func nest(_ member: Number, in group: Number) throws {
        steps += 1
        try tables.run(
            "INSERT INTO nested (team, step, member) VALUES ($1, $2, $3)", .number(group), .integer(steps), .number(member))
    }

    // MARK: Loops

    /// Cuts each circle of groups at one place, and names it. Only groups in groups are looked at, one step at a time; in memory is
    /// the way that led there.
    ///
    /// - Parameter found: is given the beginning of the circle, how long it is with the first group once more at its end, and the
    ///   group at which it was cut.
    func breakLoops(_ found: (_ beginning: [Number], _ length: Int, _ group: Number) throws -> Void) throws {
        var visited = NumberSet()
        var onPath = NumberSet()
        var path: [(group: Number, step: Int64)] = []
        try tables.forEach("SELECT DISTINCT team FROM nested ORDER BY team") { row in
            let start = Number(row.integer(0))
            guard visited.insert(start) else { return }
            path.append((start, 0))
            onPath.insert(start)
            while let (group, step) = path.last {
                guard let (reached, next) = try inner(group, after: step) else {
                    onPath.remove(group)
                    path.removeLast()
                    continue
                }
                path[path.count - 1].step = reached
                if onPath.contains(next) {
                    try cut(next, from: group)
                    let loop = path[(path.lastIndex { $0.group == next } ?? 0)...]
                    let beginning = loop.prefix(Self.shown).map(\.group) + [next]
                    try found(Array(beginning.prefix(Self.shown)), loop.count + 1, group)
                } else if visited.insert(next) {
                    path.append((next, 0))
                    onPath.insert(next)
                }
            }
        }
    }

    /// Groups of a circle that are named.
    static let shown = 6

    private func inner(_ group: Number, after step: Int64) throws -> (step: Int64, member: Number)? {
        try tables.first(
            "SELECT step, member FROM nested WHERE team = $1 AND step > $2 ORDER BY step LIMIT 1", .number(group), .integer(step)
        ) { ($0.integer(0), Number($0.integer(1))) }
    }

    private func cut(_ member: Number, from group: Number) throws {
        hasCuts = true
        try tables.run(
            "INSERT INTO cut (team, member) VALUES ($1, $2) ON CONFLICT DO NOTHING", .number(group), .number(member))
    }

    // MARK: Members

    /// Members of a group that are nobody.
    func unknown(of group: Number) throws -> UnknownMembers {
        try tables.first("SELECT lost, example FROM listing WHERE team = $1", .number(group)) { row in
            UnknownMembers(first: row.text(1), count: Int(row.integer(0)))
        } ?? UnknownMembers()
    }

    /// Of a group with an address: accounts, and inner groups with addresses; the members of others in their place.
    ///
    /// - Parameter most: so many are given at most.
    func members(of group: Number, _ index: JoinIndex, most: Int) throws -> (members: [Number], count: Int) {
        var members: [Number] = []
        var count = 0
        seen.removeAll()
        seen.insert(group)
        var waiting = [group][...]
        while let next = waiting.popFirst() {
            try forEachMember(of: next) { member in
                guard seen.insert(member.number) else { return }
                if member.kind == .group, try !index.hasAddress(member.number) { return waiting.append(member.number) }
                count += 1
                if count <= most { members.append(member.number) }
            }
        }
        return (members, count)
    }

    /// Users among these, groups opened.
    func users(_ someone: [Someone]) throws -> [Number] {
        var users: [Number] = []
        var waiting: ArraySlice<Number> = []
        seen.removeAll()
        func take(_ member: Someone) {
            guard seen.insert(member.number) else { return }
            if member.kind == .user { users.append(member.number) }
            if member.kind == .group { waiting.append(member.number) }
        }
        someone.forEach(take)
        while let group = waiting.popFirst() { try forEachMember(of: group, take) }
        return users
    }

    /// Those who are listed, then those who say so; some may come twice.
    private func forEachMember(of group: Number, _ body: (Someone) throws -> Void) throws {
        let cut = try hasCuts ? cuts(of: group) : []
        func follow(_ member: Someone) throws { if cut.isEmpty || !cut.contains(member.number) { try body(member) } }
        let listed = try tables.first("SELECT listed FROM listing WHERE team = $1", .number(group)) { $0.octets(0) }
        for member in [Someone](packed: listed ?? []) { try follow(member) }
        guard listedUntil != nil else { return }
        try tables.forEach("SELECT someone FROM stated WHERE team = $1 ORDER BY step", .number(group)) { row in
            try follow(Someone(packed: UInt32(truncatingIfNeeded: row.integer(0))))
        }
    }

    private func cuts(of group: Number) throws -> Set<Number> {
        try Set(tables.all("SELECT member FROM cut WHERE team = $1", .number(group)) { Number($0.integer(0)) })
    }
}

/// Members that are nobody with a mailbox: one of them, and how many there are.
struct UnknownMembers {
    var first = ""
    var count = 0

    mutating func add(_ other: UnknownMembers) {
        if count == 0 { first = other.first }
        count += other.count
    }
}
