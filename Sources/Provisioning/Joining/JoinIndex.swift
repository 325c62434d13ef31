internal import Directory
internal import Mail
internal import MailConfiguration
internal import SQL

/// Who is who while files and directories are joined: keys of names, and of whoever has an address the main one and an id, in
/// `JoinTables`. Files' objects have the first numbers, and behind them one for all of the files' aliases.
final class JoinIndex {
    typealias Number = Int32

    private let tables: Connection
    private var count: Number = 0
    private var domains: [DomainName] = []
    private var directories: [String] = []

    init(_ tables: Connection) { self.tables = tables }

    // MARK: Adding

    /// An object of which nothing more is known, unless something is said of it; its number is the next one.
    @discardableResult
    func append(_ kind: DirectoryNames.Kind) -> Someone {
        defer { count += 1 }
        return Someone(count, kind)
    }

    /// - Parameter main: claimed for it already.
    func use(_ someone: Someone, id: AccountID? = nil, main: Address) throws {
        try tables.run(
            "INSERT INTO object (number, domain, local, id) VALUES ($1, $2, $3, $4)", .number(someone.number),
            .number(Self.place(main.domain, in: &domains)), .text(main.localPart), .octets(id?.octets ?? []))
    }

    /// By what members name it.
    func name(_ someone: Someone, entry: String, in directory: String) throws {
        try put(TextKey(.entry, entry, in: directory), value(someone, directory))
    }

    /// - Returns: whether the name is its own; else somebody else has it.
    func claim(login: String, for someone: Someone, in directory: String) throws -> Bool {
        let owner = try claim(TextKey(.login, login), value(someone, directory))
        return owner.map { Self.someone($0) == someone } ?? true
    }

    /// - Returns: whoever has the address already, aliases too; nil where it is claimed now.
    func claim(_ address: Address, for someone: Someone) throws -> Someone? {
        try claim(Self.key(address), value(someone, "")).map(Self.someone)
    }

    /// Whoever had it before.
    func give(_ address: Address, to someone: Someone) throws { try put(Self.key(address), value(someone, "")) }

    // MARK: Asking

    /// The main one; nil where it has none.
    func address(_ number: Number) throws -> Address? {
        try tables.first("SELECT domain, local FROM object WHERE number = $1", .number(number)) { row in
            try? Address(localPart: row.text(1), domain: domains[Int(row.integer(0))])
        }.flatMap(\.self)
    }

    func hasAddress(_ number: Number) throws -> Bool {
        try tables.first("SELECT 1 FROM object WHERE number = $1", .number(number)) { _ in true } ?? false
    }

    /// Of an account.
    func id(_ number: Number) throws -> AccountID? {
        try tables.first("SELECT id FROM object WHERE number = $1", .number(number)) { AccountID(octets: $0.octets(0)) }
            .flatMap(\.self)
    }

    /// Who has an address, aliases too.
    func owner(_ address: Address) throws -> Someone? { try find(Self.key(address)).map(Self.someone) }

    /// Who is meant; never an alias.
    func find(_ reference: MemberReference, in directory: String) throws -> Someone? {
        switch reference {
        case .entry(let key): return try find(TextKey(.entry, key, in: directory)).map(Self.someone)
        case .login(let login):
            guard let found = try find(TextKey(.login, login)), directories[Int(found >> 32)] == directory else { return nil }
            return Self.someone(found)
        case .address(let text):
            guard let address = try? Address(text), let owner = try owner(address), owner.kind != .alias else { return nil }
            return owner
        }
    }

    // MARK: Keys

    /// - Returns: what the key has already; nil where it has `value` now.
    func claim(_ key: TextKey, _ value: Int64) throws -> Int64? {
        var place = key.first
        while try tables.run(
            "INSERT INTO name (key, rest, someone) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", .number(place),
            .number(key.second), .integer(value)) == 0
        {
            if let (rest, found) = try row(place), rest == key.second { return found }
            place &+= 1
        }
        return nil
    }

    func put(_ key: TextKey, _ value: Int64) throws {
        var place = key.first
        while try tables.run(
            """
            INSERT INTO name (key, rest, someone) VALUES ($1, $2, $3)
            ON CONFLICT (key) DO UPDATE SET someone = excluded.someone WHERE rest = excluded.rest
            """, .number(place), .number(key.second), .integer(value)) == 0
        {
            place &+= 1
        }
    }

    func find(_ key: TextKey) throws -> Int64? {
        var place = key.first
        while let (rest, found) = try row(place) {
            if rest == key.second { return found }
            place &+= 1
        }
        return nil
    }

    private func row(_ place: Int) throws -> (rest: Int, value: Int64)? {
        try tables.first("SELECT rest, someone FROM name WHERE key = $1", .number(place)) { row in
            (Int(row.integer(0)), row.integer(1))
        }
    }

    /// Somebody, and above that the place of a directory.
    private func value(_ someone: Someone, _ directory: String) -> Int64 {
        Int64(Self.place(directory, in: &directories)) << 32 | Int64(someone.packed)
    }

    private static func someone(_ value: Int64) -> Someone { Someone(packed: UInt32(truncatingIfNeeded: value)) }

    /// A tenant has few domains and directories.
    private static func place<Value: Equatable>(_ value: Value, in values: inout [Value]) -> Int {
        if let place = values.firstIndex(of: value) { return place }
        values.append(value)
        return values.count - 1
    }

    private static func key(_ address: Address) -> TextKey {
        let folded = address.folded
        return TextKey(.address, folded.localPart, in: folded.domain.ascii)
    }
}
