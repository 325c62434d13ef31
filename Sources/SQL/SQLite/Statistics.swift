extension Connection {
    /// What an index's columns choose, as `ANALYZE` would write it down (sqlite3 "The sqlite_stat1 table").
    package struct IndexStatistics: Sendable {
        let table: String
        let index: String
        let numbers: String

        /// - Parameters:
        ///   - index: of a clustered table's own key, the table's name.
        ///   - rows: of the table, then for each column of the index how many of them it leaves, with those before it.
        package init(_ table: String, _ index: String, rows: Int...) {
            (self.table, self.index) = (table, index)
            numbers = rows.map(String.init).joined(separator: " ")
        }
    }

    /// Gives the planner these numbers where it has none. Without them SQLite takes the first column of any index for a good
    /// choice, and walks through a whole table where that column is the same everywhere. (Other engines gather their own.)
    package func setStatistics(_ statistics: [IndexStatistics]) throws {
        guard let first = statistics.first, try !hasTable("sqlite_stat1") else { return }
        try transaction {
            // Another process may have been faster.
            guard try !hasTable("sqlite_stat1") else { return }
            // Makes the table; of one small table, so that nothing is counted for long.
            try execute("ANALYZE \(first.table)")
            try run("DELETE FROM sqlite_stat1")
            for one in statistics {
                try run(
                    "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ($1, $2, $3)", .text(one.table), .text(one.index),
                    .text(one.numbers))
            }
        }
        try execute("ANALYZE sqlite_schema")
    }
}
