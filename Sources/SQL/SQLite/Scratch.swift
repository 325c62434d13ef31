extension Connection {
    /// A database of its own for what one pass of work notes: in memory while it is small, then in a file that nobody else sees;
    /// gone with the connection. All that is written there is one transaction that never ends: single rows would each be one.
    ///
    /// - Parameters:
    ///   - schema: in the words of `Dialect`.
    ///   - cache: octets of it that are in memory at most; nil for SQLite's own measure.
    package static func scratch(_ schema: String, cache: Int? = nil) throws -> Connection {
        let database = try Connection(path: "", mode: .temporary)
        if let cache { try database.setCache(octets: cache) }
        // It is thrown away where something fails.
        try database.run("PRAGMA synchronous=OFF")
        try database.run("PRAGMA journal_mode=MEMORY")
        try database.execute(Dialect.render(schema))
        try database.run("BEGIN")
        return database
    }
}
