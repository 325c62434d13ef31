internal import Mail
internal import SQL

extension Mailbox {
    private static let columns = """
        folder, parent, name, special_use, uid_validity, uid_next, highest, messages, unseen, deleted, octets
        """

    private struct FolderRow {
        let id: FolderID
        let parent: FolderID?
        let name: String
        let use: SpecialUse?
        let numbers: [Int64]

        init(_ row: borrowing Row) {
            id = FolderID(row.integer(0))
            parent = row.integer(1) == 0 ? nil : FolderID(row.integer(1))
            name = row.text(2)
            use = row.optionalText(3).flatMap { SpecialUse(rawValue: $0) }
            numbers = (4..<11).map { row.integer($0) }
        }

        func folder(path: FolderPath, isSubscribed: Bool, hasChildren: Bool) -> Folder {
            Folder(
                id: id, parent: parent, path: path, use: use, uidValidity: UIDValidity(UInt32(truncatingIfNeeded: numbers[0])),
                uidNext: UID(UInt32(truncatingIfNeeded: numbers[1])), highest: ModSequence(UInt64(numbers[2])),
                messages: Int(numbers[3]), unseen: Int(numbers[4]), deleted: Int(numbers[5]), octets: Int(numbers[6]),
                subscribed: isSubscribed, children: hasChildren)
        }
    }

    /// The whole tree: the fixed folders first, in the order of `SpecialUse`, then by name; what is below a folder behind it.
    func folders() throws -> [Folder] {
        let rows = try database.all("SELECT \(Self.columns) FROM folders WHERE account = $1", me) { FolderRow($0) }
        let subscribed = try Set(subscriptions())
        let below = Dictionary(grouping: rows, by: \.parent)
        var result: [Folder] = []
        func add(_ parent: FolderID?, _ path: FolderPath) {
            for row in (below[parent] ?? []).sorted(by: Self.standsBefore) {
                let path = path.appending(row.name)
                let hasChildren = below[row.id] != nil
                result.append(row.folder(path: path, isSubscribed: subscribed.contains(path), hasChildren: hasChildren))
                if path.components.count < 2 * StoreLimits.folderDepth { add(row.id, path) }
            }
        }
        add(nil, FolderPath([]))
        return result
    }

    private static func standsBefore(_ left: FolderRow, _ right: FolderRow) -> Bool {
        let uses = SpecialUse.allCases
        let leftRank = left.use.flatMap { uses.firstIndex(of: $0) } ?? uses.count
        let rightRank = right.use.flatMap { uses.firstIndex(of: $0) } ?? uses.count
        return (leftRank, SortKey.fold(left.name), left.id) < (rightRank, SortKey.fold(right.name), right.id)
    }

    func folder(_ id: FolderID) throws -> Folder? {
        let row = try database.first(
            "SELECT \(Self.columns) FROM folders WHERE account = $1 AND folder = $2", me, .integer(id.value)
        ) { FolderRow($0) }
        guard let row else { return nil }
        let path = try path(to: row.id)
        let isSubscribed =
            try database.first(
                "SELECT 1 FROM subscriptions WHERE account = $1 AND path = $2", me, .text(path.stored)
            ) { _ in true } ?? false
        let hasChildren =
            try database.first(
                "SELECT 1 FROM folders WHERE account = $1 AND parent = $2", me, .integer(id.value)
            ) { _ in true } ?? false
        return row.folder(path: path, isSubscribed: isSubscribed, hasChildren: hasChildren)
    }

    func existingFolder(_ id: FolderID) throws -> Folder {
        guard let folder = try folder(id) else { throw StoreError.noSuchFolder }
        return folder
    }

    func folder(at path: FolderPath) throws -> Folder? { try folderID(at: path).flatMap { try folder($0) } }

    func folderID(at path: FolderPath) throws -> FolderID? {
        var id: Int64 = 0
        for name in path.normalized.components {
            let found = try database.first(
                "SELECT folder FROM folders WHERE account = $1 AND parent = $2 AND name = $3", me, .integer(id), .text(name)
            ) { row in row.integer(0) }
            guard let found else { return nil }
            id = found
        }
        return id == 0 ? nil : FolderID(id)
    }

    func folderID(_ use: SpecialUse) throws -> FolderID {
        let found = try database.first(
            "SELECT folder FROM folders WHERE account = $1 AND special_use = $2", me, .text(use.rawValue)
        ) { row in FolderID(row.integer(0)) }
        guard let found else { throw StoreError.damaged(cause: "the account has no folder \(use)") }
        return found
    }

    func path(to id: FolderID) throws -> FolderPath {
        var names: [String] = []
        var next = id.value
        while next != 0, names.count < 2 * StoreLimits.folderDepth {
            let row = try database.first(
                "SELECT name, parent FROM folders WHERE account = $1 AND folder = $2", me, .integer(next)
            ) { row in (row.text(0), row.integer(1)) }
            guard let (name, parent) = row else { break }
            names.append(name)
            next = parent
        }
        return FolderPath(names.reversed())
    }

    /// The folder and all those below it, it first.
    func subtree(_ id: FolderID) throws -> [FolderID] {
        var result = [id]
        var position = 0
        while position < result.count {
            result += try database.all(
                "SELECT folder FROM folders WHERE account = $1 AND parent = $2", me, .integer(result[position].value)
            ) { row in FolderID(row.integer(0)) }
            position += 1
        }
        return result
    }

    func subscriptions() throws -> [FolderPath] {
        try database.all("SELECT path FROM subscriptions WHERE account = $1 ORDER BY path", me) { FolderPath(stored: $0.text(0)) }
    }

    func setSubscribed(_ path: FolderPath, _ isSubscribed: Bool) throws {
        if isSubscribed {
            try database.run(
                "INSERT INTO subscriptions (account, path) VALUES ($1, $2) ON CONFLICT DO NOTHING", me, .text(path.stored))
        } else {
            try database.run("DELETE FROM subscriptions WHERE account = $1 AND path = $2", me, .text(path.stored))
        }
    }
}

extension FolderPath {
    /// As the database has it: no name holds U+001F.
    var stored: String { components.joined(separator: "\u{1f}") }

    init(stored: String) { self.init(stored.split(separator: "\u{1f}", omittingEmptySubsequences: false).map(String.init)) }
}
