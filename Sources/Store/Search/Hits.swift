internal import SQL

extension Mailbox {
    /// Makes the answers of a part of a question known to the database, for this connection alone.
    ///
    /// - Parameter numbers: blobs or UIDs, each once, the best first.
    func remember(_ numbers: [Int64], question: Int64) throws {
        for (place, number) in numbers.enumerated() {
            try database.run(
                "INSERT INTO hits (question, hit, place) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", .integer(question),
                .integer(number), .number(place))
        }
    }

    /// Runs `body` on one state of the database, with nothing remembered from before.
    func withHits<Result>(_ body: () throws -> Result) throws -> Result {
        try database.run(
            "CREATE TEMPORARY TABLE IF NOT EXISTS hits (question BIGINT, hit BIGINT, place BIGINT, PRIMARY KEY (question, hit))")
        return try database.snapshot {
            try database.run("DELETE FROM hits")
            return try body()
        }
    }
}
