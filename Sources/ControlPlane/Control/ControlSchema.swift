internal import Domains
internal import SQL

/// `control.db`: what commands change, and copies of the files as applied.
enum ControlSchema {
    static let migrations = [
        Migration(version: 1, script: first), Migration(version: 2, script: second),
        Migration(version: 3, script: DomainSchema.script), Migration(version: 4, script: DomainSchema.second),
        Migration(version: 5, script: DomainSchema.third),
    ]

    private static let second = """
        CREATE TABLE application_password (
            account OCTETS NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL, scopes TEXT NOT NULL, created BIGINT NOT NULL,
            last_used BIGINT, last_remote TEXT, PRIMARY KEY (account, name)) CLUSTERED;
        CREATE INDEX application_password_digest ON application_password (account, digest);
        """

    /// Files are kept once by their digest, and password hashes of files once by tenant and digest of all of them, so that an
    /// apply costs what changed.
    private static let first = """
        CREATE TABLE file_content (digest TEXT PRIMARY KEY, octets OCTETS NOT NULL);
        CREATE TABLE applied (id INTEGER PRIMARY KEY, digest TEXT NOT NULL, at BIGINT NOT NULL);
        CREATE TABLE applied_file (
            applied BIGINT NOT NULL, path TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (applied, path)) CLUSTERED;
        CREATE TABLE applied_password_set (
            applied BIGINT NOT NULL, set_digest TEXT NOT NULL, PRIMARY KEY (applied, set_digest)) CLUSTERED;
        CREATE TABLE file_password (
            account OCTETS NOT NULL, set_digest TEXT NOT NULL, hash TEXT NOT NULL, position TEXT NOT NULL,
            PRIMARY KEY (account, set_digest)) CLUSTERED;
        CREATE INDEX file_password_set ON file_password (set_digest);
        CREATE TABLE generation (
            number BIGINT PRIMARY KEY, applied BIGINT NOT NULL, at BIGINT NOT NULL, reason TEXT NOT NULL,
            changes TEXT NOT NULL) CLUSTERED;
        CREATE TABLE password (account OCTETS PRIMARY KEY, hash TEXT NOT NULL, at BIGINT NOT NULL) CLUSTERED;
        CREATE TABLE suspension (account OCTETS PRIMARY KEY, at BIGINT NOT NULL) CLUSTERED;
        CREATE TABLE retired (
            account OCTETS PRIMARY KEY, record TEXT NOT NULL, at BIGINT NOT NULL, purge_after BIGINT NOT NULL) CLUSTERED;
        CREATE TABLE revocation (
            number INTEGER PRIMARY KEY AUTOINCREMENT, account OCTETS NOT NULL, reason TEXT NOT NULL, at BIGINT NOT NULL);
        """
}
