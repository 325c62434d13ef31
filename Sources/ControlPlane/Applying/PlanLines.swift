/// Gathers the lines of a plan: counts all, and keeps so many of each kind of change, those first that come first in a plan. What
/// is retired is seen however much is added.
struct PlanLines {
    /// Lines of each kind of change that a plan shows.
    static let most = 1_000
    /// What is said of one object; the rest is counted.
    static let mostNotes = 50
    /// Members of one mailbox that are among them.
    static let mostMembers = 40

    private let most: Int
    private(set) var counts = PlanCounts()
    private var kept: [PlanLine.Change: [PlanLine]] = [:]

    /// - Parameter most: 0 only counts them.
    init(most: Int = PlanLines.most) { self.most = most }

    mutating func add(_ line: PlanLine) {
        counts[line.change] += 1
        guard most > 0 else { return }
        kept[line.change, default: []].append(line)
        if kept[line.change, default: []].count >= 2 * most { kept[line.change] = first(line.change) }
    }

    /// Lines in memory: fewer than twice as many as are kept.
    var held: Int { kept.values.reduce(0) { $0 + $1.count } }

    /// In the order of a plan: the host, then tenant by tenant.
    var lines: [PlanLine] { PlanLine.Change.allCases.flatMap(first).sorted(by: PlanLine.isBefore) }

    private func first(_ change: PlanLine.Change) -> [PlanLine] {
        Array(kept[change, default: []].sorted(by: PlanLine.isBefore).prefix(most))
    }
}

extension PlanLine {
    fileprivate static func isBefore(_ one: PlanLine, _ other: PlanLine) -> Bool {
        (one.tenant, one.kind, one.name) < (other.tenant, other.kind, other.name)
    }
}
