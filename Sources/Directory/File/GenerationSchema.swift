/// Tables of a generation's files. A file is written once, so there are no migrations: a reader of another `version` leaves
/// it alone, and the control plane compiles it anew from the files as applied.
enum GenerationSchema {
    static let version = 2

    /// `host.db`. The table of accounts says which tenant's file has one.
    static let host = """
        CREATE TABLE generation (version BIGINT NOT NULL, number BIGINT NOT NULL, host TEXT NOT NULL);
        CREATE TABLE tenant (id TEXT PRIMARY KEY, digest TEXT NOT NULL, record TEXT NOT NULL) CLUSTERED;
        CREATE TABLE domain (name TEXT PRIMARY KEY, tenant TEXT NOT NULL, record TEXT NOT NULL) CLUSTERED;
        CREATE TABLE account (id OCTETS PRIMARY KEY, tenant TEXT NOT NULL) CLUSTERED;
        """

    /// `tenants/<id>.db`.
    static let tenant = """
        CREATE TABLE account (id OCTETS PRIMARY KEY, address TEXT NOT NULL, record TEXT NOT NULL);
        CREATE TABLE route (address TEXT PRIMARY KEY, record TEXT NOT NULL) CLUSTERED;
        CREATE TABLE person (
            word TEXT NOT NULL, name TEXT NOT NULL, address TEXT NOT NULL, account OCTETS,
            PRIMARY KEY (word, name, address)) CLUSTERED;
        """
}
