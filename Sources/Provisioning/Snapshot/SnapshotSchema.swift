internal import SQL

/// `directories.db`: what the directories said last.
enum SnapshotSchema {
    static let migrations = [
        Migration(version: 1, script: first), Migration(version: 2, script: second), Migration(version: 3, script: third),
        Migration(version: 4, script: fourth), Migration(version: 5, script: fifth),
    ]

    /// `missing_since` is 0 while the entry is there. `account` and `login` follow from the objects of generations in force.
    private static let first = """
        CREATE TABLE object (
            tenant TEXT NOT NULL, directory TEXT NOT NULL, kind TEXT NOT NULL, stable TEXT NOT NULL, record TEXT NOT NULL,
            uuid TEXT NOT NULL, first_seen BIGINT NOT NULL, missing_since BIGINT NOT NULL,
            PRIMARY KEY (tenant, directory, kind, stable)) CLUSTERED;
        CREATE INDEX object_stable ON object (stable);
        CREATE INDEX object_uuid ON object (uuid);
        CREATE TABLE directory (
            tenant TEXT NOT NULL, id TEXT NOT NULL, record TEXT NOT NULL, PRIMARY KEY (tenant, id)) CLUSTERED;
        CREATE TABLE account (
            account OCTETS PRIMARY KEY, tenant TEXT NOT NULL, directory TEXT NOT NULL, stable TEXT NOT NULL,
            mark TEXT NOT NULL) CLUSTERED;
        CREATE INDEX account_of_tenant ON account (tenant);
        CREATE TABLE login (
            name TEXT NOT NULL, tenant TEXT NOT NULL, account OCTETS NOT NULL, PRIMARY KEY (name, tenant)) CLUSTERED;
        CREATE INDEX login_of_tenant ON login (tenant);
        CREATE TABLE finding (
            tenant TEXT NOT NULL, directory TEXT NOT NULL, place BIGINT NOT NULL, record TEXT NOT NULL,
            PRIMARY KEY (tenant, directory, place)) CLUSTERED;
        CREATE TABLE joined (tenant TEXT PRIMARY KEY, version BIGINT NOT NULL) CLUSTERED;
        """

    /// How far each search of a directory has been listened to (RFC 4533 §2.1.2); `search` says what was asked, and how read.
    private static let second = """
        CREATE TABLE sync_cookie (
            tenant TEXT NOT NULL, directory TEXT NOT NULL, kind TEXT NOT NULL, search TEXT NOT NULL, cookie OCTETS NOT NULL,
            PRIMARY KEY (tenant, directory, kind)) CLUSTERED;
        """

    /// For what is asked every few seconds, and with each change that a server tells.
    private static let third = """
        CREATE INDEX object_missing ON object (tenant, missing_since) WHERE missing_since > 0;
        CREATE INDEX object_count ON object (tenant, directory, kind, missing_since);
        """

    /// Whose password was changed in a directory, until a generation is in force that has the change, and their sessions end.
    private static let fourth = """
        CREATE TABLE changed_password (number INTEGER PRIMARY KEY, tenant TEXT NOT NULL, account OCTETS NOT NULL);
        """

    /// Whose findings of a reading are, so that they change with their entry: `stable` is empty where nothing is made of it, `uuid`
    /// where the server has not told. Without cookies everything is read once, and noted so.
    private static let fifth = """
        ALTER TABLE finding ADD COLUMN kind TEXT NOT NULL DEFAULT '';
        ALTER TABLE finding ADD COLUMN stable TEXT NOT NULL DEFAULT '';
        ALTER TABLE finding ADD COLUMN uuid TEXT NOT NULL DEFAULT '';
        DELETE FROM sync_cookie;
        """
}
