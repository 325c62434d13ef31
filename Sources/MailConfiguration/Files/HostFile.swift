internal import Mail

/// malaposta.yaml as written.
struct DeclaredHost: Sendable {
    var place: SourcePlace
    var hostName: DomainName
    var addresses: [Located<String>]
    var listeners: [DeclaredListener]
    var tls: DeclaredTLS
    var plaintextLogin: PlaintextLogin
    var proxies: [Located<IPNetwork>]
    var allowsUnproven: Bool
    var dataDirectory: String
    var runDirectory: String
    var limits: HostLimits
    var spool: SpoolConfiguration
    var engine: StorageEngine
    var logLevel: LogLevel
    var metrics: DeclaredMetrics
    var dns: NameServiceConfiguration
    var tenantLimits: DeclaredLimits
    var tenants: [DeclaredHostedTenant]
}

struct DeclaredHostedTenant: Sendable {
    var id: Located<TenantID>
    var limits: DeclaredLimits
}

/// The table of malaposta.yaml.
enum HostFile {
    static let hostName = Field<DomainName>.required(
        "host_name", .domainName, "The host's name in SMTP greetings, in EHLO and on its certificate.")
    static let addresses = Field<[Located<String>]>.optional(
        "addresses", ValueForm<String>.ipAddress.distinctList(of: "IP addresses"), default: [],
        "The addresses that the world reaches this host at, for DNS records.")
    static let listeners = Field<[DeclaredListener]>.required(
        "listeners", ListenerForm.form.list(of: "listeners", atLeast: 1, atMost: ListenerForm.most),
        "The sockets that accept connections.")
    static let tls = Field<DeclaredTLS>.section("tls", TLSForm.form, "The host's certificates.")
    static let plaintextLogin = Field<PlaintextLogin>.optional(
        "plaintext_login", .choice(), default: .never, "Where a password is taken without TLS.")
    static let proxies = Field<[Located<IPNetwork>]>.optional(
        "proxies", ValueForm<IPNetwork>.network.distinctList(of: "networks"), default: [],
        "Proxies in front of this host: they must speak PROXY v2 to mail ports, and their X-Forwarded-For is believed.")
    static let allowUnproven = Field<Bool>.optional(
        "allow_unproven", .boolean, default: false, "Takes mail for domains whose ownership is not proven; for trials.")
    static let dataDirectory = Field<String>.optional(
        "data_directory", .absolutePath, default: "/var/lib/malaposta", "Where mail, spool and generations lie.")
    static let runDirectory = Field<String>.optional(
        "run_directory", .absolutePath, default: "/run/malaposta", "Where the sockets lie.")
    static let limits = Field<HostLimits>.section("limits", HostLimitsForm.form, "What the host as a whole bears.")
    static let spool = Field<SpoolConfiguration>.section("spool", spoolForm, "Bounds of the mail that waits.")
    static let storage = Field<StorageEngine>.section("storage", storageForm, "The engine of mailboxes.")
    static let log = Field<LogLevel>.section("log", logForm, "The log.")
    static let metrics = Field<DeclaredMetrics>.section(
        "metrics", MetricsForm.form, "Where the programs show what they measure (Prometheus); read when they start.")
    static let dns = Field<NameServiceConfiguration>.section("dns", NameServiceForm.form, "How this host asks DNS.")
    static let tenantLimits = Field<DeclaredLimits>.section(
        "tenant_limits", LimitsForm.form, "The most that any tenant's plan may ask for.")
    static let tenants = Field<[DeclaredHostedTenant]>.optional(
        "tenants", tenantForm.list(of: "tenants"), default: [], "Limits of single tenants, instead of tenant_limits.")

    static let form = ValueForm<DeclaredHost>.object(
        "the host",
        [
            FileKind.version, hostName, addresses, listeners, tls, plaintextLogin, proxies, allowUnproven,
            dataDirectory, runDirectory, limits, spool, storage, log, dns, metrics, tenantLimits, tenants,
        ], build: build)

    @Sendable private static func build(_ object: ObjectReader) -> DeclaredHost? {
        _ = object.value(FileKind.version)
        let names = (object.value(hostName), object.value(addresses), object.value(listeners), object.value(tls))
        let words = (object.value(plaintextLogin), object.value(allowUnproven), object.value(proxies))
        let folders = (object.value(dataDirectory), object.value(runDirectory))
        let bounds = (object.value(limits), object.value(spool), object.value(storage), object.value(log))
        let (dns, metrics) = (object.value(dns), object.value(metrics))
        let hosted = (object.value(tenantLimits), object.value(tenants))
        guard let name = names.0, let listeners = names.2, let tls = names.3, let plaintextLogin = words.0,
            let allowsUnproven = words.1, let dataDirectory = folders.0, let runDirectory = folders.1, let limits = bounds.0,
            let spool = bounds.1, let engine = bounds.2, let level = bounds.3, let dns, let metrics,
            let tenantLimits = hosted.0
        else { return nil }
        return DeclaredHost(
            place: object.place, hostName: name, addresses: names.1 ?? [], listeners: listeners, tls: tls,
            plaintextLogin: plaintextLogin, proxies: words.2 ?? [], allowsUnproven: allowsUnproven, dataDirectory: dataDirectory,
            runDirectory: runDirectory, limits: limits, spool: spool, engine: engine, logLevel: level, metrics: metrics, dns: dns,
            tenantLimits: tenantLimits, tenants: hosted.1 ?? [])
    }

    static let spoolSize = Field<ByteCount>.optional(
        "size", .size(.megabytes(100)...ByteCount(1 << 50)), default: .gigabytes(10),
        "The most that waiting mail may take; beyond it SMTP says 452.")
    static let freeDisk = Field<ByteCount>.optional(
        "free_disk", .size(.megabytes(16)...ByteCount(1 << 50)), default: .gigabytes(1),
        "What stays free on the disk; below it SMTP says 452.")
    static let lifetime = Field<Duration>.optional(
        "lifetime", .duration(.seconds(3600)...(.seconds(2_592_000))), default: .seconds(432_000),
        "How long a message waits for a host that does not answer.")
    static let spoolForm = ValueForm<SpoolConfiguration>.object("spool", [spoolSize, freeDisk, lifetime]) { object in
        let parts = (object.value(spoolSize), object.value(freeDisk), object.value(lifetime))
        guard let size = parts.0, let free = parts.1, let lifetime = parts.2 else { return nil }
        return SpoolConfiguration(size: size, freeDisk: free, lifetime: lifetime)
    }

    static let engine = Field<StorageEngine>.optional("engine", .choice(), default: .sqlite, "Files and SQLite.")
    static let storageForm = ValueForm<StorageEngine>.object("storage", [engine]) { $0.value(engine) }

    static let level = Field<LogLevel>.optional("level", .choice(), default: .info, "The least important line that is written.")
    static let logForm = ValueForm<LogLevel>.object("log", [level]) { $0.value(level) }

    static let tenantID = Field<TenantID>.required("id", .tenantID, "The tenant's id, that is its folder's name.")
    static let hostedLimits = Field<DeclaredLimits>.section("limits", LimitsForm.form, "What is absent is as in tenant_limits.")
    static let tenantForm = ValueForm<DeclaredHostedTenant>.object("a tenant of the host", [tenantID, hostedLimits]) { object in
        let parts = (object.located(tenantID), object.value(hostedLimits))
        guard let id = parts.0, let limits = parts.1 else { return nil }
        return DeclaredHostedTenant(id: id, limits: limits)
    }
}
