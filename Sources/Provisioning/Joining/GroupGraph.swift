internal import MailConfiguration

/// Who is in which group of the directories, as numbers of a `JoinIndex`.
struct GroupGraph {
    typealias Number = JoinIndex.Number

    private struct Edge: Hashable {
        var from: Number
        var to: Number
    }

    /// In the order in which they were added.
    private var groups: [Number] = []
    private var members: [Number: [Number]] = [:]
    private var stated: [Number: [Number]] = [:]
    /// Members that may not be followed, as that would go round.
    private var cut: Set<Edge> = []

    /// - Parameter listed: in the order of its own list.
    mutating func add(_ group: Number, listed: [Number]) {
        groups.append(group)
        members[group] = listed
    }

    /// Whoever says to be in a group; most servers tell it on both sides.
    mutating func state(_ member: Number, isIn group: Number) { stated[group, default: []].append(member) }

    mutating func addStated() {
        for (group, numbers) in stated {
            let listed = Set(members[group] ?? [])
            members[group, default: []] += numbers.filter { !listed.contains($0) }
        }
        stated = [:]
    }

    private func followed(_ group: Number) -> [Number] {
        guard let members = members[group] else { return [] }
        return cut.isEmpty ? members : members.filter { !cut.contains(Edge(from: group, to: $0)) }
    }

    // MARK: Loops

    /// Cuts each circle of groups at one place, and names it. Without recursion, as a chain of groups may be long.
    mutating func breakLoops() -> [(loop: [Number], at: Number)] {
        var loops: [([Number], Number)] = []
        var done: Set<Number> = []
        for start in groups where !done.contains(start) {
            var path: [(group: Number, rest: ArraySlice<Number>)] = [(start, inner(start)[...])]
            var onPath: Set<Number> = [start]
            while let (group, rest) = path.last {
                guard let next = rest.first else {
                    done.insert(group)
                    onPath.remove(group)
                    path.removeLast()
                    continue
                }
                path[path.count - 1].rest = rest.dropFirst()
                if onPath.contains(next) {
                    cut.insert(Edge(from: group, to: next))
                    loops.append((Array(path.map(\.group).drop { $0 != next }) + [next], group))
                } else if !done.contains(next) {
                    path.append((next, inner(next)[...]))
                    onPath.insert(next)
                }
            }
        }
        return loops
    }

    /// Groups of the directories in it.
    private func inner(_ group: Number) -> [Number] { followed(group).filter { members[$0] != nil } }

    // MARK: Members

    /// Of a group with an address: accounts, and inner groups with addresses; the members of others in their place.
    func members(of group: Number, _ index: JoinIndex) -> [Number] {
        var result: [Number] = []
        var seen: Set<Number> = [group]
        var waiting = [group][...]
        while let next = waiting.popFirst() {
            for member in followed(next) where seen.insert(member).inserted {
                if index.kind(member) == .group, !index.hasAddress(member) {
                    waiting.append(member)
                } else {
                    result.append(member)
                }
            }
        }
        return result
    }

    /// Users among these, groups opened.
    func users(_ numbers: [Number], _ index: JoinIndex) -> [Number] {
        var users: [Number] = []
        var seen: Set<Number> = []
        var next = numbers[...]
        while let number = next.popFirst() {
            guard seen.insert(number).inserted else { continue }
            if index.kind(number) == .user { users.append(number) }
            if index.kind(number) == .group { next += followed(number) }
        }
        return users
    }
}
