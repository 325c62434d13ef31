package import Mail
internal import SQL

/// Tags, comments and settings: the user's own words.
extension Account {
    /// Makes a tag known, or gives it another title or color.
    ///
    /// - Throws: `.tooMany`.
    package func define(_ tag: TagDefinition) throws(StoreError) {
        try perform { mailbox in
            try mailbox.changeWords { database in
                let known = try database.all("SELECT tag FROM tags WHERE account = $1", mailbox.me) { $0.text(0) }
                guard known.count < StoreLimits.tags || known.contains(tag.tag.name) else { throw StoreError.tooMany("tags") }
                try database.run(
                    """
                    INSERT INTO tags (account, tag, title, color) VALUES ($1, $2, $3, $4)
                    ON CONFLICT (account, tag) DO UPDATE SET title = excluded.title, color = excluded.color
                    """, mailbox.me, .text(tag.tag.name), .text(tag.title), .text(tag.color))
            }
        }
    }

    /// Forgets a tag and takes it off all messages.
    package func deleteTag(_ tag: Tag) throws(StoreError) {
        try perform { mailbox in
            try mailbox.change(durable: true) { transaction in
                let places = try mailbox.database.all(
                    "SELECT folder, uid FROM message_tags WHERE account = $1 AND tag = $2", mailbox.me, .text(tag.name)
                ) { row in (FolderID(row.integer(0)), UID(UInt32(truncatingIfNeeded: row.integer(1)))) }
                for (folder, uid) in places {
                    _ = try transaction.setFlags(FlagChange(.remove, tags: [tag]), try mailbox.rows(in: folder, [uid]))
                }
                try mailbox.database.run("DELETE FROM tags WHERE account = $1 AND tag = $2", mailbox.me, .text(tag.name))
                _ = try transaction.nextNumber()
            }
        }
    }

    package func comment(on message: MessageID) throws(StoreError) -> String? {
        try perform { mailbox in
            try mailbox.database.first(
                "SELECT comment FROM comments WHERE account = $1 AND message = $2", mailbox.me, .integer(message.value)
            ) { $0.text(0) }
        }
    }

    /// Nil or empty takes the comment away.
    ///
    /// - Throws: `.noSuchMessage`, `.tooMany` beyond `StoreLimits.comment`.
    package func setComment(_ text: String?, on message: MessageID) throws(StoreError) {
        try perform { mailbox in
            guard text?.utf8.count ?? 0 <= StoreLimits.comment else { throw StoreError.tooMany("comment") }
            guard try mailbox.row(of: message) != nil else { throw StoreError.noSuchMessage }
            try mailbox.changeWords { database in
                try database.run(
                    "DELETE FROM comments WHERE account = $1 AND message = $2", mailbox.me, .integer(message.value))
                guard let text, !text.isEmpty else { return }
                try database.run(
                    "INSERT INTO comments (account, message, comment) VALUES ($1, $2, $3)", mailbox.me, .integer(message.value),
                    .text(text))
            }
        }
    }

    package func setting(_ key: String) throws(StoreError) -> String? {
        try perform { mailbox in
            try mailbox.database.first(
                "SELECT setting FROM settings WHERE account = $1 AND name = $2", mailbox.me, .text(key)
            ) { $0.text(0) }
        }
    }

    package func settings() throws(StoreError) -> [String: String] {
        try perform { mailbox in
            let rows = try mailbox.database.all("SELECT name, setting FROM settings WHERE account = $1", mailbox.me) { row in
                (row.text(0), row.text(1))
            }
            return Dictionary(rows) { first, _ in first }
        }
    }

    /// Nil takes the setting away.
    ///
    /// - Throws: `.tooMany` beyond `StoreLimits.setting` or `.settings`.
    package func setSetting(_ key: String, _ value: String?) throws(StoreError) {
        try perform { mailbox in
            guard value?.utf8.count ?? 0 <= StoreLimits.setting, key.utf8.count <= 255 else {
                throw StoreError.tooMany("setting")
            }
            try mailbox.changeWords { database in
                try database.run("DELETE FROM settings WHERE account = $1 AND name = $2", mailbox.me, .text(key))
                guard let value else { return }
                let count =
                    try database.first("SELECT COUNT(*) FROM settings WHERE account = $1", mailbox.me) { $0.integer(0) } ?? 0
                guard count < StoreLimits.settings else { throw StoreError.tooMany("settings") }
                try database.run(
                    "INSERT INTO settings (account, name, setting) VALUES ($1, $2, $3)", mailbox.me, .text(key), .text(value))
            }
        }
    }
}

extension Mailbox {
    /// A durable change that no folder shows; watchers hear of it.
    func changeWords(_ body: (Connection) throws -> Void) throws {
        try change(durable: true) { transaction in
            try body(database)
            _ = try transaction.nextNumber()
        }
    }
}
