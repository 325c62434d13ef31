internal import SQL

/// Where a comparison gathers what belongs together before it can be told: a database of its own, in memory while it is small, then
/// in a file that nobody else sees; gone with the last reference to it.
enum ComparisonTable {
    static func open(_ schema: String) throws -> Connection {
        let database = try Connection(path: "", mode: .temporary)
        try database.run("PRAGMA synchronous=OFF")
        try database.execute(Dialect.render(schema))
        // Never ended: single rows would each be a transaction.
        try database.run("BEGIN")
        return database
    }
}
