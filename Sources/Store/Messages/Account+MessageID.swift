internal import SQL

extension Account {
    /// Rows of the newest messages that are looked at for a Message-ID: there is no index of them.
    private static let newest: Int64 = 1_000

    /// Those of the newest messages that have this Message-ID, without its brackets.
    package func newestMessages(withMessageID id: String) throws(StoreError) -> [MessageID] {
        try perform { mailbox in
            try mailbox.database.all(
                """
                SELECT m.message FROM messages m JOIN summaries s ON s.account = m.account AND s.blob = m.blob
                WHERE m.account = $1 AND s.message_id = $2 AND m.message IN
                    (SELECT message FROM messages WHERE account = $1 ORDER BY message DESC LIMIT $3)
                """, mailbox.me, .text(id), .integer(Self.newest)
            ) { MessageID($0.integer(0)) }
        }
    }
}
