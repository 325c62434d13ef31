internal import Mail

/// What an apply would change, in words of mail.
package struct Plan: Codable, Hashable, Sendable {
    /// Eight hexadecimal digits of a digest over the generation in force and the files; empty where nothing would change.
    package var id: String
    /// The generation in force; 0 before the first.
    package var generation: Int
    /// As many as `PlanLines` keeps.
    package var lines: [PlanLine]
    /// Of all of them.
    package var counts: PlanCounts
    package var effect: MailEffect
    /// Files that differ from those applied, as paths.
    package var changedFiles: [String]
    /// Findings of the files that are no errors, as they are shown.
    package var warnings: [String]

    package var isEmpty: Bool { counts.isEmpty && changedFiles.isEmpty }
}

/// How many objects a plan adds, changes and retires.
package struct PlanCounts: Codable, Hashable, Sendable, CustomStringConvertible {
    package var add = 0
    package var change = 0
    package var retire = 0

    package var isEmpty: Bool { add + change + retire == 0 }

    package subscript(change: PlanLine.Change) -> Int {
        get {
            switch change {
            case .add: add
            case .change: self.change
            case .retire: retire
            }
        }
        set {
            switch change {
            case .add: add = newValue
            case .change: self.change = newValue
            case .retire: retire = newValue
            }
        }
    }

    /// `1 to add, 1 to change, 1 to retire`.
    package var description: String { "\(add) to add, \(change) to change, \(retire) to retire" }
}

/// One object that an apply changes.
package struct PlanLine: Codable, Hashable, Sendable {
    package enum Change: String, Codable, Sendable, CaseIterable {
        case add, change, retire
    }

    package enum Kind: String, Codable, Sendable, Comparable {
        case host, tenant, domain, user, shared, group, alias

        private var order: Int {
            switch self {
            case .host: 0
            case .tenant: 1
            case .domain: 2
            case .user: 3
            case .shared: 4
            case .group: 5
            case .alias: 6
            }
        }

        package static func < (left: Kind, right: Kind) -> Bool { left.order < right.order }
    }

    package var change: Change
    package var kind: Kind
    /// Its tenant's id; empty for the host.
    package var tenant: String
    /// Its address or name.
    package var name: String
    /// What becomes different, in words.
    package var notes: [String]
    /// The mail that goes with it.
    package var deletion: PlannedDeletion?

    /// All that is said of it.
    var allNotes: [String] { notes + (deletion.map { [$0.note] } ?? []) }
}

/// How many addresses receive mail before and after.
package struct MailEffect: Codable, Hashable, Sendable {
    /// Addresses that receive after, and did not before.
    package var starting: Int
    /// Addresses that received before, and do not after.
    package var stopping: Int
    /// Addresses whose mail goes to somebody else.
    package var moving: Int

    /// The sentence of a plan.
    package var sentence: String {
        let parts = [(starting, "starts", "start"), (stopping, "stops", "stop")].compactMap { count, one, many -> String? in
            count == 0 ? nil : "\(count) \(count == 1 ? "address \(one)" : "addresses \(many)") receiving"
        }
        let moved = moving == 0 ? [] : ["mail to \(moving) \(moving == 1 ? "address" : "addresses") goes elsewhere"]
        let all = parts + moved
        return "Mail effect: \(all.isEmpty ? "none" : all.joined(separator: ", "))."
    }
}
