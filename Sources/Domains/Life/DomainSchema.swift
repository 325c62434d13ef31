/// The part of `control.db` that remembers domains. Times are seconds since 1970.
package enum DomainSchema {
    /// In `Dialect`'s words.
    package static let script = """
        CREATE TABLE domain_secret (secret OCTETS NOT NULL);
        CREATE TABLE domain (
            name TEXT NOT NULL, tenant TEXT NOT NULL, declared_at BIGINT NOT NULL, proven_at BIGINT, retired_at BIGINT,
            purge_after BIGINT, looked_at BIGINT, findings TEXT, publishing TEXT, PRIMARY KEY (name, tenant)) CLUSTERED;
        CREATE UNIQUE INDEX domain_holder ON domain (name) WHERE proven_at IS NOT NULL AND retired_at IS NULL;
        CREATE TABLE domain_key (
            domain TEXT NOT NULL, tenant TEXT NOT NULL, selector TEXT NOT NULL, record TEXT NOT NULL,
            PRIMARY KEY (domain, tenant, selector)) CLUSTERED;
        CREATE TABLE domain_record (
            domain TEXT NOT NULL, tenant TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, data TEXT NOT NULL,
            ttl BIGINT NOT NULL, PRIMARY KEY (domain, tenant, name, type, data)) CLUSTERED;
        CREATE TABLE domain_event (
            number INTEGER PRIMARY KEY AUTOINCREMENT, domain TEXT NOT NULL, tenant TEXT NOT NULL, at BIGINT NOT NULL,
            record TEXT NOT NULL);
        CREATE INDEX domain_event_domain ON domain_event (domain, tenant, number);
        """

    /// Since when nothing in DNS says any more that the domain is this host's.
    package static let second = "ALTER TABLE domain ADD COLUMN lost_at BIGINT;"

    /// What the last look could not judge, as it was judged before.
    package static let third = "ALTER TABLE domain ADD COLUMN remembered TEXT;"
}
