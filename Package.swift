// swift-tools-version: 6.2
import PackageDescription

// Modules stand on floors; each imports only from floors below (ARCHITECTURE.md). `make lint` holds this.

/// `make fuzz` builds our modules with libFuzzer's instruments, and Tests/Fuzz as its program instead of as a test.
let isFuzzing = Context.environment["MALAPOSTA_FUZZ"] != nil

let common: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

let settings = isFuzzing ? common + [.unsafeFlags(["-O", "-sanitize=fuzzer,address", "-parse-as-library"])] : common

let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
]
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let locks: Target.Dependency = .product(name: "NIOConcurrencyHelpers", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let nioTLS: Target.Dependency = .product(name: "NIOTLS", package: "swift-nio")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let httpClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
let coreMetrics: Target.Dependency = .product(name: "CoreMetrics", package: "swift-metrics")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

func module(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource]? = nil) -> Target {
    .target(
        name: name, dependencies: dependencies, exclude: ["README.md"], resources: resources,
        swiftSettings: settings)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies + [argumentParser, coreMetrics, logging, lifecycle, unixSignals],
        exclude: ["README.md"],
        swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
    .testTarget(
        name: name, dependencies: ["TestSupport"] + dependencies, path: "Tests/\(name)", exclude: exclude,
        swiftSettings: settings)
}

/// The parsers' fuzz targets: a test that replays the corpus, or libFuzzer's program.
func fuzzTargets() -> Target {
    let parsers: [Target.Dependency] = [
        "Wire", "Mail", "MIME", "MailConfiguration", "SMTP", "SMTPServer", "Store", "Delivery", "IMAP", "Webmail", nioCore,
    ]
    guard isFuzzing else {
        return .testTarget(
            name: "Fuzz", dependencies: ["TestSupport"] + parsers, path: "Tests/Fuzz", exclude: ["README.md", "run", "Engine"],
            swiftSettings: settings)
    }
    return .executableTarget(
        name: "Fuzz", dependencies: parsers, path: "Tests/Fuzz", exclude: ["README.md", "run", "Replay"], swiftSettings: settings,
        linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address"])])
}

let package = Package(
    name: "malaposta",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "malaposta", targets: ["malaposta"]),
        .executable(name: "malaposta-mail", targets: ["malaposta-mail"]),
        .executable(name: "malaposta-web", targets: ["malaposta-web"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.14.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: ["FullFoundation"]),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    ],
    targets: [
        // 0: octets, and the C libraries, each imported by one module only
        module("Wire", [nioCore]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CCrypt", pkgConfig: "libcrypt", providers: [.apt(["libcrypt-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CIDN", pkgConfig: "libidn2", providers: [.apt(["libidn2-dev"])]),
        .systemLibrary(name: "CLDAP", pkgConfig: "ldap", providers: [.apt(["libldap-dev"])]),
        // Not by pkg-config: Debian's libunbound.pc asks for libevent, which nothing here needs.
        .systemLibrary(name: "CUnbound"),
        .systemLibrary(name: "CLDNS", pkgConfig: "ldns", providers: [.apt(["libldns-dev"])]),
        .systemLibrary(name: "CHost"),
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),

        // 1: shared words, and cryptography
        module("Mail", ["Wire", "CIDN"]),
        module("Metering", [metrics]),
        module("TLS", ["COpenSSL", nioCore, nioSSL, locks]),

        // 2: formats and engines
        module("MIME", ["Wire", "Mail", nioCore]),
        module("SQL", ["CSQLite"] + nio),
        module("MailConfiguration", ["Mail", .product(name: "Yams", package: "Yams")]),
        module("LDAP", ["Wire", "CLDAP", .product(name: "SwiftASN1", package: "swift-asn1"), locks] + nio),
        module("DNS", ["Mail", "CUnbound", "CLDNS", locks, logging] + nio),
        module("Systemd", ["CSystemd", locks, logging] + nio),
        module("LocalSocket", ["Wire", locks, logging] + nio),

        // 3: what mail is made of
        module("SMTP", ["Wire", "Mail", "LocalSocket", nioSSL] + nio),
        module("Store", ["Metering", "Wire", "CLinux", "Mail", "MIME", "SQL", "TLS", locks, logging, lifecycle] + nio),
        module("MailAuthentication", ["Wire", "Mail", "DNS"]),
        module("Directory", ["Wire", "Mail", "SQL", "TLS", "LocalSocket", "MailConfiguration", locks, logging, lifecycle] + nio),
        module("Worker", ["Mail", "LocalSocket", "Systemd", coreMetrics, logging, locks, lifecycle, unixSignals, nioHTTP] + nio),

        // 4: acceptance
        module(
            "SMTPServer",
            [
                "Metering",
                "Wire", "Mail", "SMTP", "MailConfiguration", "Directory", "LocalSocket", "TLS", "Worker", logging, locks,
                lifecycle,
                nioSSL, nioTLS,
            ] + nio),

        module("Provisioning", ["Mail", "SQL", "TLS", "LDAP", "MailConfiguration", "Directory", locks, logging, lifecycle]),
        module(
            "Domains",
            ["Wire", "Mail", "TLS", "SQL", "DNS", "MailAuthentication", "MailConfiguration", httpClient, nioHTTP, logging] + nio),

        module("Upkeep", ["Mail", "Store", "Directory", "LocalSocket", nioCore]),
        module("Sendmail", ["Wire", "Mail", "MIME", "SMTP", nioCore]),

        // 5: from acceptance to mailbox
        module(
            "Delivery",
            [
                "Metering",
                "Wire", "Mail", "MIME", "MailConfiguration", "SMTP", "SMTPServer", "Store", "Directory", "LocalSocket", logging,
                locks, lifecycle,
            ] + nio),

        // 6: what people reach
        module(
            "IMAP",
            [
                "Metering",
                "Wire", "Mail", "MIME", "MailConfiguration", "Store", "Directory", "TLS", "Worker", logging, locks, lifecycle,
                nioSSL,
            ] + nio),
        module(
            "Webmail",
            [
                "Metering", "CZlib",
                "Wire", "Mail", "MIME", "MailConfiguration", "SMTP", "Store", "Directory", "TLS", "LocalSocket", "Worker", "SQL",
                logging, locks,
                lifecycle, nioSSL, nioHTTP,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ] + nio),

        // 7: the operator's side
        module(
            "ControlPlane",
            [
                "Metering",
                "Wire", "Mail", "SQL", "TLS", "MailConfiguration", "Directory", "LocalSocket", "Worker", "Upkeep", "CCrypt",
                "CHost", "DNS", "MIME",
                "Domains", "LDAP", "Provisioning", "Systemd", "SMTP", "SMTPServer", "Delivery", "Store", logging, locks,
                lifecycle,
            ] + nio),

        // 8: programs
        program(
            "malaposta",
            [
                "Mail", "MIME", "SMTP", "Store", "TLS", "MailConfiguration", "Directory", "LocalSocket", "Systemd", "Worker",
                "Delivery", "ControlPlane", "Upkeep", "Sendmail", "DNS", "Domains",
            ] + nio),
        program(
            "malaposta-mail",
            [
                "Mail", "MailConfiguration", "Store", "TLS", "Directory", "LocalSocket", "Systemd", "Worker", "SMTPServer",
                "Delivery", "IMAP", "Upkeep",
            ] + nio),
        program(
            "malaposta-web",
            ["Mail", "MailConfiguration", "Store", "TLS", "Directory", "LocalSocket", "Systemd", "Worker", "Webmail"] + nio),

        .target(
            name: "TestSupport", dependencies: ["Wire", "Mail", locks, logging, nioSSL] + nio, path: "Tests/TestSupport",
            swiftSettings: settings),
        .target(
            name: "DirectoryTestSupport", dependencies: ["Mail", "MailConfiguration", "Directory"],
            path: "Tests/DirectoryTestSupport",
            swiftSettings: settings),
        tests("WireTests", ["Wire", nioCore]),
        tests("MailTests", ["Mail"]),
        tests("TLSTests", ["TLS", nioSSL] + nio),
        tests("MIMETests", ["MIME", "Mail", nioCore]),
        tests("SQLTests", ["SQL"] + nio),
        tests("MailConfigurationTests", ["MailConfiguration", "Mail"], exclude: ["BadFiles"]),
        tests("LDAPTests", ["LDAP"]),
        tests("ProvisioningTests", ["Provisioning", "LDAP", "Directory", "MailConfiguration", "Mail", "SQL"]),
        tests("DNSTests", ["DNS", "Mail"] + nio),
        tests("MailAuthenticationTests", ["MailAuthentication", "DNS", "Mail"]),
        tests("DomainsTests", ["Domains", "DNS", "MailAuthentication", "Mail", "MailConfiguration", "TLS", "SQL"] + nio),
        tests("LocalSocketTests", ["LocalSocket", logging, locks, nioEmbedded] + nio),
        tests("SMTPTests", ["SMTP", "Wire", "Mail", nioCore]),
        tests("StoreTests", ["Store", "Mail", "MIME", "SQL", nioCore]),
        tests("DirectoryTests", ["DirectoryTestSupport", "Directory", "Mail", "MailConfiguration", logging]),
        tests("SystemdTests", ["Systemd", logging, locks]),
        tests(
            "WorkerTests",
            ["Worker", "Mail", "LocalSocket", "Systemd", coreMetrics, logging, locks, lifecycle, nioEmbedded] + nio),
        tests("UpkeepTests", ["Upkeep", "Mail"]),
        tests("SendmailTests", ["Sendmail", "Mail", "MIME", nioCore]),
        tests(
            "SMTPServerTests",
            [
                "DirectoryTestSupport", "SMTPServer", "SMTP", "Mail", "MailConfiguration", "Directory", "LocalSocket", "TLS",
                "Worker", logging, locks, lifecycle, nioSSL, nioEmbedded,
            ] + nio),
        tests(
            "DeliveryTests",
            [
                "DirectoryTestSupport", "Delivery", "SMTPServer", "SMTP", "Store", "Directory", "MailConfiguration", "Mail",
                "MIME",
                "LocalSocket", logging, locks, nioCore,
            ]),
        tests(
            "IMAPTests",
            [
                "DirectoryTestSupport", "IMAP", "Store", "Directory", "MailConfiguration", "Mail", "MIME", "TLS", logging,
                lifecycle,
                nioSSL,
            ] + nio,
            exclude: ["Clients/imaplib_round.py", "Clients/mbsync_round.py"]),
        tests(
            "WebmailTests",
            [
                "DirectoryTestSupport", "Webmail", "MailConfiguration", "TLS", "Store", "Directory", "Mail", "MIME",
                "LocalSocket",
                "SQL", "Worker", logging, nioEmbedded, nioHTTP,
            ] + nio),
        tests(
            "ControlPlaneTests",
            [
                "ControlPlane", "Domains", "DNS", "SQL", "Provisioning", "Upkeep", "Store", "Directory", "MailConfiguration",
                "Mail",
                "LocalSocket", "Systemd", logging, locks,
            ] + nio),
        tests("WallsTests", ["IMAP", "SMTPServer", "Webmail", "Wire"], exclude: ["ways.txt"]),
        fuzzTargets(),
    ]
)
