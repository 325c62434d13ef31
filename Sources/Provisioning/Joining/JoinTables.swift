internal import SQL

/// Where a join notes who is who, and who is in which group. Used by one thread at a time.
enum JoinTables {
    /// Octets of it that are in memory at most: all of what some 50,000 entries need; of more, what was asked for last.
    static let cache = 8 << 20

    static func open(cache octets: Int) throws -> Connection { try .scratch(tables, cache: octets) }

    /// A `team` is a group, whose word SQL has taken. `name` is found by one half of a `TextKey`, and has the other half to tell
    /// it from a key that begins alike. `listed` is as `Someone.packed`. `nested` has the groups among the members of groups again,
    /// for `GroupGraph.breakLoops`.
    private static let tables = """
        CREATE TABLE name (key INTEGER PRIMARY KEY, rest BIGINT NOT NULL, someone BIGINT NOT NULL);
        CREATE TABLE object (number INTEGER PRIMARY KEY, domain BIGINT NOT NULL, local TEXT NOT NULL, id OCTETS NOT NULL);
        CREATE TABLE listing (team INTEGER PRIMARY KEY, listed OCTETS NOT NULL, lost BIGINT NOT NULL, example TEXT NOT NULL);
        CREATE TABLE stated (
            team BIGINT NOT NULL, step BIGINT NOT NULL, someone BIGINT NOT NULL, PRIMARY KEY (team, step)) CLUSTERED;
        CREATE TABLE nested (
            team BIGINT NOT NULL, step BIGINT NOT NULL, member BIGINT NOT NULL, PRIMARY KEY (team, step)) CLUSTERED;
        CREATE TABLE cut (team BIGINT NOT NULL, member BIGINT NOT NULL, PRIMARY KEY (team, member)) CLUSTERED;
        """
}
