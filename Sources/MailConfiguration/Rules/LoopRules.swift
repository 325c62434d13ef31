internal import Mail

/// Finds loops through groups and aliases, in which a message would go round for ever.
struct LoopRules {
    private let resolver: ReferenceResolver
    private let findings: Findings
    /// Where each group and alias leads, in the order of the file.
    private var edges: [NameTable.Owner: [(place: SourcePlace, target: NameTable.Owner)]] = [:]
    private var starts: [NameTable.Owner] = []
    /// Names of a path that are shown.
    private static let shownNames = 12

    init(_ resolver: ReferenceResolver) {
        self.resolver = resolver
        findings = resolver.findings
    }

    mutating func add(_ owner: NameTable.Owner, leadingTo references: [(place: SourcePlace, target: NameTable.Owner)]) {
        if edges.updateValue(references, forKey: owner) == nil { starts.append(owner) }
    }

    /// Walks depth first, without recursion, as a chain of groups may be long.
    func check() {
        var done: Set<NameTable.Owner> = []
        for start in starts where !done.contains(start) {
            var path: [(owner: NameTable.Owner, next: Int)] = [(start, 0)]
            var onPath: [NameTable.Owner: Int] = [start: 0]
            while let (owner, next) = path.last {
                guard let edge = (edges[owner] ?? []).dropFirst(next).first else {
                    done.insert(owner)
                    onPath[owner] = nil
                    path.removeLast()
                    continue
                }
                path[path.count - 1].next += 1
                if let index = onPath[edge.target] {
                    report(path[index...].map(\.owner) + [edge.target], at: edge.place)
                } else if !done.contains(edge.target), edges[edge.target] != nil {
                    onPath[edge.target] = path.count
                    path.append((edge.target, 0))
                }
            }
        }
    }

    private func report(_ loop: [NameTable.Owner], at place: SourcePlace) {
        let names = loop.map(\.words)
        let shown =
            names.count <= Self.shownNames ? names : Array(names.prefix(Self.shownNames - 1)) + ["…", names[names.count - 1]]
        findings.report("loop", at: place, "mail would go round for ever: \(shown.joined(separator: " → "))")
    }
}
