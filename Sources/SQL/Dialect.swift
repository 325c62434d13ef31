/// The words of a schema that each engine spells in its own way. Everything else in a query is written once for all engines.
///
/// - `OCTETS`: the type of a column of octets (`BLOB`; PostgreSQL: `BYTEA`).
/// - `CLUSTERED`: behind the closing bracket of a table whose rows lie in the order of its primary key (`WITHOUT ROWID`;
///   PostgreSQL: nothing).
///
/// Engine-only SQL outside this module: full-text search (FTS5), in `search.db` alone.
package enum Dialect {
    /// The script in the words of SQLite.
    package static func render(_ script: String) -> String {
        var result = ""
        var word = ""
        func end() {
            switch word {
            case "OCTETS": result += "BLOB"
            case "CLUSTERED": result += "WITHOUT ROWID"
            default: result += word
            }
            word = ""
        }
        for scalar in script.unicodeScalars {
            if scalar.properties.isAlphabetic || scalar == "_" {
                word.unicodeScalars.append(scalar)
            } else {
                end()
                result.unicodeScalars.append(scalar)
            }
        }
        end()
        return result
    }
}

extension Connection {
    package func hasTable(_ name: String) throws -> Bool {
        try first("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1", .text(name)) { _ in true } ?? false
    }
}
