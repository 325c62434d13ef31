internal import SQL

/// Makes one file of a generation: in one transaction and without a write-ahead log, so that the file alone is all there is to it.
enum GenerationDatabase {
    /// A new file with the tables of `schema`.
    static func make(_ path: String, _ schema: String, _ body: (Connection) throws -> Void) throws {
        try write(path) { database in
            try database.transaction {
                try database.execute(Dialect.render(schema))
                try body(database)
            }
        }
    }

    /// A copy of another generation's file, which stays as it is, with changes.
    static func copy(_ other: String, to path: String, _ body: (Connection) throws -> Void) throws {
        try write(path) { database in
            try Connection(path: other, mode: .immutable).copy(to: database)
            try database.transaction { try body(database) }
        }
    }

    private static func write(_ path: String, _ body: (Connection) throws -> Void) throws {
        do {
            let database = try Connection(path: path)
            try database.run("PRAGMA journal_mode=DELETE")
            // One flush at the end is enough: until the folder has its number nobody looks.
            try database.run("PRAGMA synchronous=OFF")
            try body(database)
        }
        try Disk.setMode(path, 0o640)
        try Disk.flush(path)
    }
}
