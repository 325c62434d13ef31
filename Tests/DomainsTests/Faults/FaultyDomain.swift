import Mail
import MailConfiguration
import Testing

/// A domain whose records have a known fault, and the findings that it must give: all that are warnings, or errors (with a `!`).
///
/// Records are lines of a zone file in which `@` is the domain. What is not named is right.
struct FaultyDomain: Sendable, CustomTestStringConvertible {
    enum Part: Hashable, Sendable {
        case ownership, mx, spf, dkim, dmarc, more
    }

    var label: String
    var records: [Part: String]
    var expected: [String]
    /// What its file wants beside the usual.
    var change: @Sendable (inout DomainConfiguration) throws -> Void

    init(
        _ label: String, _ records: [Part: String], _ expected: String,
        change: @escaping @Sendable (inout DomainConfiguration) throws -> Void = { _ in }
    ) {
        self.label = label
        self.records = records
        self.expected = expected.split(separator: " ").map(String.init).sorted()
        self.change = change
    }

    var testDescription: String { label }
    var name: String { "\(label).example" }

    static let key = "v=DKIM1; k=ed25519; p=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

    static let usual: [Part: String] = [
        .mx: "@ MX 10 mail.host.example.",
        .spf: "@ TXT \"v=spf1 mx ~all\"",
        .dkim: "mp1e._domainkey.@ TXT \"\(key)\"",
        .dmarc: "_dmarc.@ TXT \"v=DMARC1; p=quarantine\"",
    ]

    /// Lines for the zone `example.`, without the token that only the test knows.
    func zoneText(token: String) -> String {
        var parts = Self.usual
        parts[.ownership] = "_malaposta.@ TXT \"\(token)\""
        parts.merge(records) { _, own in own }
        return parts.values.joined(separator: "\n").split(separator: "\n").map { line in
            line.replacing("@ ", with: "\(label) ", maxReplacements: 1).replacing("^", with: "\(label).example")
        }.joined(separator: "\n") + "\n"
    }

    private static let ten = (0..<11).map { "include:s\($0).m.example" }.joined(separator: " ")

    private static let sendsNewsletter: @Sendable (inout DomainConfiguration) throws -> Void = {
        $0.spf.includes = [try DomainName("newsletter.example")]
    }

    static let all: [FaultyDomain] = [
        .init("right", [:], ""),
        // Ownership
        .init("unproven", [.ownership: ""], "ownership-missing!"),
        .init("other-token", [.ownership: "_malaposta.@ TXT \"malaposta-ownership=0123\""], "ownership-other!"),
        // MX as a set
        .init("no-mx", [.mx: ""], "mx-missing! spf-softfail!"),
        .init("implicit-mx", [.mx: "@ A 203.0.113.10", .spf: "@ TXT \"v=spf1 a -all\""], "mx-implicit"),
        .init("implicit-elsewhere", [.mx: "@ A 203.0.113.99", .spf: "@ TXT \"v=spf1 ip4:203.0.113.10 -all\""], "mx-missing!"),
        .init("null-mx", [.mx: "@ MX 0 .", .spf: "@ TXT \"v=spf1 ip4:203.0.113.10 -all\""], "mx-null!"),
        .init("null-beside", [.mx: "@ MX 0 .\n@ MX 10 mail.host.example."], "mx-null-beside!"),
        .init(
            "foreign-mx", [.mx: "@ MX 10 mx.foreign.example.", .spf: "@ TXT \"v=spf1 ip4:203.0.113.10 -all\""], "mx-elsewhere!"),
        .init("foreign-first", [.mx: "@ MX 5 mx.foreign.example.\n@ MX 10 mail.host.example."], "mx-foreign!"),
        .init("foreign-backup", [.mx: "@ MX 50 mx.foreign.example.\n@ MX 10 mail.host.example."], "mx-foreign"),
        .init("cname-mx", [.mx: "@ MX 10 alias.host.example."], "mx-cname!"),
        .init(
            "lost-mx", [.mx: "@ MX 10 nowhere.host.example.", .spf: "@ TXT \"v=spf1 ip4:203.0.113.10 -all\""], "mx-no-address!"),
        .init("address-mx", [.mx: "@ MX 10 203.0.113.10.", .spf: "@ TXT \"v=spf1 ip4:203.0.113.10 -all\""], "mx-address!"),
        .init(
            "failing-mx", [.mx: "@ MX 10 mail.lame.zone.", .spf: "@ TXT \"v=spf1 ip4:203.0.113.10 -all\""], "mx-host-unreadable"),
        .init("other-name-mx", [.mx: "@ MX 10 also.host.example."], ""),
        .init(
            "relative-mx", [.mx: "@ MX 10 mail.host.example", .spf: "@ TXT \"v=spf1 ip4:203.0.113.10 -all\""], "mx-no-address!"),
        .init("shared-mx", [.mx: "@ MX 10 shared.host.example."], "mx-wrong-address!"),
        // SPF
        .init("no-spf", [.spf: ""], "spf-missing!"),
        .init("two-spf", [.spf: "@ TXT \"v=spf1 mx ~all\"\n@ TXT \"v=spf1 -all\""], "spf-several!"),
        .init("typo-spf", [.spf: "@ TXT \"v=spf1 mx ipv4:203.0.113.10 ~all\""], "spf-syntax!"),
        .init("spf-without-us", [.spf: "@ TXT \"v=spf1 ip4:198.51.100.1 -all\""], "spf-fail!"),
        .init("spf-soft", [.spf: "@ TXT \"v=spf1 ip4:198.51.100.1 ~all\""], "spf-softfail!"),
        .init("spf-neutral", [.spf: "@ TXT \"v=spf1 ip4:198.51.100.1\""], "spf-neutral"),
        .init("spf-open", [.spf: "@ TXT \"v=spf1 mx +all\""], "spf-open!"),
        .init("spf-long", [.spf: "@ TXT \"v=spf1 \(ten) mx -all\""], "spf-lookups!"),
        .init(
            "spf-void", [.spf: "@ TXT \"v=spf1 a:v1.nil.example a:v2.nil.example a:v3.nil.example mx -all\""], "spf-void-lookups!"
        ),
        .init("spf-include-none", [.spf: "@ TXT \"v=spf1 include:bare.nil.example mx -all\""], "spf-include!"),
        .init("spf-redirect-none", [.spf: "@ TXT \"v=spf1 redirect=bare.nil.example\""], "spf-redirect!"),
        .init("spf-slow", [.spf: "@ TXT \"v=spf1 include:spf.lame.zone mx -all\""], "spf-unreadable"),
        .init("spf-by-redirect", [.spf: "@ TXT \"v=spf1 redirect=good.spf.example\""], ""),
        .init("spf-by-include", [.spf: "@ TXT \"v=spf1 include:good.spf.example -all\""], ""),
        .init(
            "spf-lacks", [:], "spf-lacks-include", change: { $0.spf.includes = [try DomainName("newsletter.example")] }),
        .init("spf-included", [.spf: "@ TXT \"v=spf1 mx include:newsletter.example -all\""], "", change: sendsNewsletter),
        .init("spf-nested", [.spf: "@ TXT \"v=spf1 mx include:outer.spf.example -all\""], "", change: sendsNewsletter),
        .init("spf-redirected", [.spf: "@ TXT \"v=spf1 mx redirect=outer.spf.example\""], "", change: sendsNewsletter),
        .init("spf-maybe", [.spf: "@ TXT \"v=spf1 mx ?include:newsletter.example -all\""], "", change: sendsNewsletter),
        .init(
            "spf-refused", [.spf: "@ TXT \"v=spf1 mx -include:newsletter.example -all\""], "spf-lacks-include",
            change: sendsNewsletter),
        .init("spf-exchanges", [.spf: "@ TXT \"v=spf1 mx:many.spf.example -all\""], "spf-exchanges!"),
        // What is behind the host's own match touches others' mail alone.
        .init("spf-long-behind", [.spf: "@ TXT \"v=spf1 mx \(ten) -all\""], "spf-lookups"),
        .init("spf-include-none-behind", [.spf: "@ TXT \"v=spf1 mx include:bare.nil.example -all\""], "spf-include"),
        .init(
            "spf-void-behind", [.spf: "@ TXT \"v=spf1 mx a:v1.nil.example a:v2.nil.example a:v3.nil.example -all\""],
            "spf-void-lookups"),
        .init("spf-slow-behind", [.spf: "@ TXT \"v=spf1 mx include:spf.lame.zone -all\""], "spf-unreadable"),
        .init("spf-six", [.spf: "@ TXT \"v=spf1 mx a:six1.host.example a:six2.host.example a:six3.host.example -all\""], ""),
        .init("spf-open-six", [.spf: "@ TXT \"v=spf1 mx ip6:::/0 -all\""], "spf-open!"),
        // DKIM, as keys
        .init("no-dkim", [.dkim: ""], "dkim-missing!"),
        .init(
            "cut-dkim", [.dkim: "mp1e._domainkey.@ TXT \"v=DKIM1; k=ed25519; p=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\""],
            "dkim-broken!"),
        .init(
            "other-dkim", [.dkim: "mp1e._domainkey.@ TXT \"v=DKIM1; k=ed25519; p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\""],
            "dkim-other-key!"),
        .init("revoked-dkim", [.dkim: "mp1e._domainkey.@ TXT \"v=DKIM1; k=ed25519; p=\""], "dkim-revoked!"),
        .init("two-dkim", [.dkim: "mp1e._domainkey.@ TXT \"\(key)\"\nmp1e._domainkey.@ TXT \"v=DKIM1; p=\""], "dkim-several!"),
        .init("narrow-dkim", [.dkim: "mp1e._domainkey.@ TXT \"\(key); s=tlsrpt\""], "dkim-narrow!"),
        .init(
            "rsa-dkim", [.dkim: "mp1e._domainkey.@ TXT \"v=DKIM1; p=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\""],
            "dkim-other-key!"),
        .init(
            "split-dkim",
            [.dkim: "mp1e._domainkey.@ TXT \"v=DKIM1; k=ed25519; \" \"p=AAECAwQFBgcICQoL\" \"DA0ODxAREhMUFRYXGBkaGxwdHh8=\""], ""),
        .init(
            "reordered-dkim", [.dkim: "mp1e._domainkey.@ TXT \"p=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8= ; k=ed25519\""], ""),
        .init("alias-dkim", [.dkim: "mp1e._domainkey.@ CNAME key.host.example."], ""),
        .init("alias-to-other-zone", [.dkim: "mp1e._domainkey.@ CNAME key.keys.zone."], ""),
        .init("looped-dkim", [.dkim: "mp1e._domainkey.@ CNAME mp1e._domainkey.^."], "dkim-unreadable"),
        .init("failing-dkim", [.dkim: "mp1e._domainkey.@ CNAME key.lame.zone."], "dkim-unreadable"),
        // DMARC
        .init("no-dmarc", [.dmarc: ""], "dmarc-missing"),
        .init(
            "two-dmarc", [.dmarc: "_dmarc.@ TXT \"v=DMARC1; p=quarantine\"\n_dmarc.@ TXT \"v=DMARC1; p=none\""], "dmarc-several!"),
        .init("late-version-dmarc", [.dmarc: "_dmarc.@ TXT \"p=quarantine; v=DMARC1\""], "dmarc-broken!"),
        .init("wrong-policy-dmarc", [.dmarc: "_dmarc.@ TXT \"v=DMARC1; p=quarantaine\""], "dmarc-broken!"),
        .init("weak-dmarc", [.dmarc: "_dmarc.@ TXT \"v=DMARC1; p=none\""], "dmarc-weaker"),
        .init("strong-dmarc", [.dmarc: "_dmarc.@ TXT \"v=DMARC1; p=reject\""], "dmarc-stronger"),
        .init(
            "foreign-reports-dmarc", [.dmarc: "_dmarc.@ TXT \"v=DMARC1; p=quarantine; rua=mailto:a@reports.foreign.example\""],
            "dmarc-reports-unwanted"),
        .init(
            "agreed-reports-dmarc", [.dmarc: "_dmarc.@ TXT \"v=DMARC1; p=quarantine; rua=mailto:a@takes.foreign.example\""], ""),
        .init("sub.org", [.dmarc: ""], "dmarc-inherited"),
        .init("old-tags-dmarc", [.dmarc: "_dmarc.@ TXT \"v=DMARC1; p=quarantine; pct=100\""], ""),
        .init("failing-dmarc", [.dmarc: "_dmarc.@ CNAME d.lame.zone."], "dmarc-unreadable"),
        .init("sub.failing", [.dmarc: ""], "dmarc-unreadable"),
        .init("sub.tested", [.dmarc: ""], "dmarc-inherited"),
        .init("sub.suffix", [.dmarc: ""], ""),
        .init("wrong-sp-dmarc", [.dmarc: "_dmarc.@ TXT \"v=DMARC1; p=quarantine; sp=rejekt\""], "dmarc-broken!"),
        .init(
            "wrong-np-dmarc", [.dmarc: "_dmarc.@ TXT \"v=DMARC1; p=quarantine; np=rejekt; rua=mailto:a@^\""], "dmarc-wrong-policy"
        ),
        // Transport
        .init("left-over-sts", [.more: "_mta-sts.@ TXT \"v=STSv1; id=1;\""], "mta-sts-left-over"),
        .init("no-sts", [:], "mta-sts-missing", change: { $0.mtaSTS.mode = .enforce }),
        .init(
            "two-sts", [.more: "_mta-sts.@ TXT \"v=STSv1; id=1;\"\n_mta-sts.@ TXT \"v=STSv1; id=2;\""], "mta-sts-several",
            change: { $0.mtaSTS.mode = .enforce }),
        .init("idless-sts", [.more: "_mta-sts.@ TXT \"v=STSv1;\""], "mta-sts-broken", change: { $0.mtaSTS.mode = .enforce }),
        .init(
            "siteless-sts", [.more: "_mta-sts.@ TXT \"v=STSv1; id=1;\""], "mta-sts-policy-missing",
            change: { $0.mtaSTS.mode = .enforce }),
        // Clients
        .init("other-srv", [.more: "_imaps._tcp.@ SRV 0 1 993 mx.foreign.example."], "srv-other"),
        .init("pop-srv", [.more: "_pop3._tcp.@ SRV 0 1 110 mail.host.example."], "srv-other"),
        .init("other-autoconfig", [.more: "autoconfig.@ CNAME mx.foreign.example."], "clients-elsewhere"),
    ]

    /// What the domains lean on.
    static let surroundings = """
        $ORIGIN example.
        $TTL 300
        @ SOA ns admin 1 3600 600 86400 60
        @ NS ns
        ns A 127.0.0.1
        mail.host A 203.0.113.10
        also.host A 203.0.113.10
        alias.host CNAME mail.host
        shared.host A 203.0.113.10
        shared.host A 203.0.113.99
        six1.host AAAA 2001:db8::1
        six2.host AAAA 2001:db8::2
        six3.host AAAA 2001:db8::3
        key.host TXT "\(key)"
        mx.foreign A 203.0.113.99
        bare.nil TXT "other"
        good.spf TXT "v=spf1 ip4:203.0.113.0/28 -all"
        newsletter TXT "v=spf1 ip4:198.51.100.77 -all"
        outer.spf TXT "v=spf1 include:newsletter.example -all"
        _dmarc.failing CNAME d.lame.zone.
        _dmarc.tested TXT "v=DMARC1; p=quarantine; t=y; psd=n"
        _dmarc.suffix TXT "v=DMARC1; p=quarantine; psd=y"
        _dmarc.org TXT "v=DMARC1; p=reject; psd=n"
        _dmarc.foreign TXT "v=DMARC1; p=none; psd=n"
        agreed-reports-dmarc.example._report._dmarc.takes.foreign TXT "v=DMARC1"

        """ + (0..<11).map { "s\($0).m TXT \"v=spf1 ip4:198.51.100.\($0) -all\"\n" }.joined()
        + (0..<11).map { "many.spf MX 10 m\($0).spf\n" }.joined()
}
