import DNS
import MailAuthentication
import Testing

@Suite("DMARC records and the tree walk, RFC 9989") struct DMARCTests {
    @Test(arguments: [
        ("v=DMARC1; p=reject", DMARCRecord.Policy.reject), ("v=DMARC1;p=none;", .none),
        (" v = DMARC1 ; p = Quarantine ", .quarantine),
        ("v=DMARC1; rua=mailto:a@d.example", .none), ("v=DMARC1; p=wrong; rua=mailto:a@d.example", .none),
        ("v=DMARC1; p=reject; x=y; p=none", .reject),
        // §4.10.1
        ("v=DMARC1; p=reject; sp=rejekt; rua=mailto:a@d.example", .none),
        ("v=DMARC1; p=reject; np=; rua=mailto:a@d.example", .none),
    ])
    func reads(text: String, policy: DMARCRecord.Policy) throws { #expect(try DMARCRecord(text).policy == policy) }

    @Test(arguments: [
        ("p=none; v=DMARC1", DMARCRecordError.noVersion), ("v=dmarc1; p=none", .noVersion), ("v=DMARC1", .noPolicy),
        ("v=DMARC1; p=rejekt", .wrongPolicy(tag: "p", "rejekt")),
        ("v=DMARC1; p=reject; sp=rejekt", .wrongPolicy(tag: "sp", "rejekt")),
        ("v=DMARC1; p=reject; np=rejekt; rua=nonsense", .wrongPolicy(tag: "np", "rejekt")),
    ])
    func refuses(text: String, error: DMARCRecordError) { #expect(throws: error) { try DMARCRecord(text) } }

    @Test func anErrorInAPolicyUndoesTheOthers() throws {
        let record = try DMARCRecord("v=DMARC1; p=reject; sp=rejekt; np=quarantine; rua=mailto:a@d.example")
        #expect(record.policyError == .wrongPolicy(tag: "sp", "rejekt"))
        #expect(record.policyBelow == DMARCRecord.Policy.none)
        #expect(record.missingSubdomainPolicy == nil)
        #expect(record.passedOver.isEmpty)
    }

    @Test func readsTags() throws {
        let record = try DMARCRecord(
            "v=DMARC1; p=reject; sp=none; np=reject; adkim=s; aspf=r; t=y; psd=n; rua=mailto:a@d.example!10m, mailto:b@e.example;"
                + " pct=50; fo=1")
        #expect(record.subdomainPolicy == DMARCRecord.Policy.none)
        #expect(record.missingSubdomainPolicy == .reject)
        #expect(record.dkimAlignment == .strict)
        #expect(record.publicSuffix == .no)
        #expect(record.isTesting)
        #expect(record.reportAddresses == ["a@d.example", "b@e.example"])
        #expect(record.passedOver == ["pct=50"])
    }

    /// The examples of RFC 9989 §4.10 and its appendix.
    @Test(arguments: [
        ("a.b.c.d.e.f.g.h.i.j.mail.example.com", "example.com", "_dmarc.example.com TXT v=DMARC1; p=none"),
        (
            "mail.example.com", "example.com",
            "_dmarc.example.com TXT v=DMARC1; p=none\n_dmarc.mail.example.com TXT v=DMARC1; p=none"
        ),
        ("giant.bank.example", "giant.bank.example", "_dmarc.bank.example TXT v=DMARC1; p=none; psd=y"),
        ("mail.giant.bank.example", "giant.bank.example", "_dmarc.bank.example TXT v=DMARC1; p=none; psd=y"),
        (
            "a.mega.bank.example", "mega.bank.example",
            "_dmarc.mega.bank.example TXT v=DMARC1; p=reject; psd=n\n_dmarc.bank.example TXT v=DMARC1; p=none"
        ),
        ("plain.example", "plain.example", ""),
    ])
    func walks(asked: String, organization: String, records: String) async throws {
        let discovery = DMARCDiscovery(TableResolver(records))
        #expect(try await discovery.organizationalDomain(of: try #require(DNSName(asked))).text == organization)
    }

    /// §4.10.1: the domain's own record, then its organization's, then its public suffix'.
    @Test(arguments: [
        ("x.y.example.com", "_dmarc.example.com TXT v=DMARC1; p=reject; sp=none", "example.com"),
        (
            "a.giant.bank.example",
            "_dmarc.bank.example TXT v=DMARC1; p=none; psd=y\n_dmarc.giant.bank.example TXT v=DMARC1; p=reject",
            "giant.bank.example"
        ),
        ("a.giant.bank.example", "_dmarc.bank.example TXT v=DMARC1; p=none; psd=y", "bank.example"),
        ("giant.bank.example", "_dmarc.bank.example TXT v=DMARC1; p=none; psd=y", "bank.example"),
        ("bank.example", "_dmarc.bank.example TXT v=DMARC1; p=none; psd=y", "bank.example"),
        ("plain.example", "", ""),
    ])
    func takesThePolicyOf(asked: String, records: String, owner: String) async throws {
        let policy = try await DMARCDiscovery(TableResolver(records)).policy(for: try #require(DNSName(asked)))
        #expect(policy?.domain.text ?? "" == owner)
    }

    /// What fails for now may be any record.
    @Test(arguments: ["_dmarc.a.b.example", "_dmarc.b.example", "_dmarc.example"])
    func endsWhereALookUpFails(failing: String) async throws {
        let records = "\(failing) SERVFAIL\n"
        let discovery = DMARCDiscovery(TableResolver(records))
        let asked = try #require(DNSName("a.b.example"))
        let failure = DMARCLookupFailure(
            domain: try #require(DNSName(String(failing.dropFirst(7)))), answer: .serverFailure(code: 2))
        await #expect(throws: failure) { try await discovery.policy(for: asked) }
        await #expect(throws: failure) { try await discovery.organizationalDomain(of: asked) }
    }

    @Test func aTestedPolicyIsAppliedAsTheNextWeakerOne() throws {
        let record = try DMARCRecord("v=DMARC1; p=reject; sp=quarantine; t=y")
        #expect(record.applied(record.policy) == .quarantine)
        #expect(record.applied(record.policyBelow) == DMARCRecord.Policy.none)
        #expect(try DMARCRecord("v=DMARC1; p=reject").applied(.reject) == .reject)
    }

    @Test func severalRecordsAreNone() async throws {
        let discovery = DMARCDiscovery(
            TableResolver("_dmarc.d.example TXT v=DMARC1; p=none\n_dmarc.d.example TXT v=DMARC1; p=reject"))
        guard case .several(let texts) = await discovery.entry(at: try #require(DNSName("d.example"))) else {
            Issue.record("not several")
            return
        }
        #expect(texts.count == 2)
    }
}

@Suite("DKIM key records, RFC 6376 §3.6.1") struct DKIMKeyRecordTests {
    @Test func readsKeys() throws {
        let record = try DKIMKeyRecord(
            "v=DKIM1; k=ed25519; t=y:s; s=email; h=sha256; p=AAECAwQFBgcI CQoLDA0O\tDxAREhMUFRYXGBkaGxwdHh8=")
        #expect(record.kind == .ed25519)
        #expect(record.key == Array(0..<32))
        #expect(record.isTesting)
        #expect(record.isForMail)
        #expect(record.allowsSHA256)
        #expect(try DKIMKeyRecord("p=").isRevoked)
        #expect(try !DKIMKeyRecord("p=AAAA; h=sha1").allowsSHA256)
        #expect(try !DKIMKeyRecord("p=AAAA; s=tlsrpt").isForMail)
    }

    @Test(arguments: [
        ("p=AAAA; v=DKIM1", DKIMKeyError.wrongVersion("DKIM1")), ("v=DKIM2; p=AAAA", .wrongVersion("DKIM2")),
        ("k=dsa; p=AAAA", .unknownKind("dsa")),
        ("v=DKIM1", .noKey), ("v=DKIM1; p=A*AA", .notBase64), ("nonsense", .notTags), ("p=AAAA; p=BBBB", .notTags),
        ("", .notTags),
    ])
    func refuses(text: String, error: DKIMKeyError) { #expect(throws: error) { try DKIMKeyRecord(text) } }

    @Test func comparesAsKeysWithOrWithoutTheirCover() throws {
        let inner = (0..<270).map { UInt8($0 & 255) }
        let whole = Array(repeating: UInt8(7), count: 24) + inner
        let record = DKIMKeyRecord.self
        let text = "p=" + base64(inner)
        #expect(try record.init(text).holds(whole))
        #expect(try !record.init(text).holds(whole + [1]))
    }

    private func base64(_ octets: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        return stride(from: 0, to: octets.count, by: 3).map { index in
            let (a, b, c) = (Int(octets[index]), Int(octets[index + 1]), Int(octets[index + 2]))
            return String([digits[a >> 2], digits[(a & 3) << 4 | b >> 4], digits[(b & 15) << 2 | c >> 6], digits[c & 63]])
        }.joined()
    }
}
