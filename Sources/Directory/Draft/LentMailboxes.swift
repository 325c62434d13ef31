internal import Mail
internal import SQL

/// Who may open which shared mailboxes of one tenant, in tables of a draft's database until all accounts are there. In memory is
/// what is lent to one user.
struct LentMailboxes {
    private let database: Connection

    init(_ database: Connection) { self.database = database }

    /// `place` is the mailbox's among all that are lent; its addresses are in lines, the main one first.
    static let tables = """
        CREATE TABLE IF NOT EXISTS lendable (
            place INTEGER PRIMARY KEY, mailbox OCTETS NOT NULL UNIQUE, name TEXT NOT NULL, addresses TEXT NOT NULL);
        CREATE TABLE IF NOT EXISTS lent (person OCTETS NOT NULL, place BIGINT NOT NULL, rights BIGINT NOT NULL);
        """

    func add(_ mailbox: DirectoryAccount, at place: Int) throws {
        let addresses = ([mailbox.address] + mailbox.aliases).map(\.description).joined(separator: "\n")
        try database.run(
            "INSERT INTO lendable (place, mailbox, name, addresses) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            .number(place), .octets(mailbox.id.octets), .text(mailbox.displayName), .text(addresses))
    }

    /// - Parameter mailbox: added already.
    func lend(_ mailbox: AccountID, to users: [(user: AccountID, rights: SharedRights)]) throws {
        let place = try database.first("SELECT place FROM lendable WHERE mailbox = $1", .octets(mailbox.octets)) { $0.integer(0) }
        guard let place else { return }
        for (user, rights) in users {
            try database.run(
                "INSERT INTO lent (person, place, rights) VALUES ($1, $2, $3)", .octets(user.octets), .integer(place),
                .number(rights.rawValue))
        }
    }

    /// What is lent to one user, in the order of the mailboxes.
    struct Borrowed {
        var shared: [SharedAccess] = []
        /// Of those that the user may send as.
        var senders: [SenderAddress] = []
    }

    /// Calls `body` with each user who has something, in the order of their ids; after that nothing is lent to anybody.
    func settle(_ body: (AccountID, Borrowed) throws -> Void) throws {
        var mailboxes = BoundedTable<Int64, Mailbox>(limit: Self.heldMailboxes)
        var (user, borrowed): (AccountID?, Borrowed) = (nil, Borrowed())
        func settle() throws { if let user { try body(user, borrowed) } }
        try database.forEach("SELECT person, place, rights FROM lent ORDER BY person, place") { row in
            guard let next = AccountID(octets: row.octets(0)) else { return }
            if next != user {
                try settle()
                (user, borrowed) = (next, Borrowed())
            }
            let place = row.integer(1)
            if mailboxes[place] == nil { mailboxes[place] = try mailbox(place) }
            guard let mailbox = mailboxes[place] else { return }
            borrowed.add(mailbox, SharedRights(rawValue: UInt8(truncatingIfNeeded: row.integer(2))))
        }
        try settle()
        for table in ["lent", "lendable"] { try database.run("DELETE FROM \(table)") }
    }

    /// Mailboxes that are in memory at once while users get theirs.
    private static let heldMailboxes = 4_000

    private func mailbox(_ place: Int64) throws -> Mailbox? {
        try database.first("SELECT mailbox, name, addresses FROM lendable WHERE place = $1", .integer(place)) { row in
            let addresses = try row.text(2).split(separator: "\n").map { try Address(String($0)) }
            return AccountID(octets: row.octets(0)).map { Mailbox(id: $0, name: row.text(1), addresses: addresses) }
        }.flatMap(\.self)
    }
}

/// One that is lent.
private struct Mailbox {
    var id: AccountID
    var name: String
    /// The main one first.
    var addresses: [Address]
}

extension LentMailboxes.Borrowed {
    /// Whoever may send as a mailbox may send for its further addresses too (F78).
    fileprivate mutating func add(_ mailbox: Mailbox, _ rights: SharedRights) {
        guard let main = mailbox.addresses.first else { return }
        shared.append(SharedAccess(account: mailbox.id, address: main, name: mailbox.name, rights: rights))
        guard rights.contains(.send) else { return }
        senders += mailbox.addresses.map { SenderAddress(address: $0, displayName: mailbox.name, account: mailbox.id) }
    }
}
