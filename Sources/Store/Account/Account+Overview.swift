internal import Mail
internal import SQL

/// What stands round the lists of an account, at one moment.
package struct Overview: Sendable {
    /// In the order of the tree, as `Account.folders`.
    package let folders: [Folder]
    package let tags: [TagDefinition]
    package let usage: Usage
}

extension Account {
    /// Folders, tags and usage by one turn on the account's lane.
    package func overview() throws(StoreError) -> Overview {
        try reading { mailbox in
            Overview(folders: try mailbox.folders(), tags: try mailbox.tags(), usage: try mailbox.usage())
        }
    }

    /// The tags that the account knows, in order.
    package func tags() throws(StoreError) -> [TagDefinition] { try perform { try $0.tags() } }

    package func usage() throws(StoreError) -> Usage { try perform { try $0.usage() } }
}

extension Mailbox {
    func tags() throws -> [TagDefinition] {
        try database.all("SELECT tag, title, color FROM tags WHERE account = $1 ORDER BY tag", me) { row in
            Tag(row.text(0)).map { TagDefinition(tag: $0, title: row.text(1), color: row.text(2)) }
        }.compactMap(\.self)
    }

    func usage() throws -> Usage {
        let usage = try database.first("SELECT octets, messages FROM accounts WHERE account = $1", me) { row in
            Usage(octets: Int(row.integer(0)), messages: Int(row.integer(1)))
        }
        return usage ?? Usage(octets: 0, messages: 0)
    }
}
