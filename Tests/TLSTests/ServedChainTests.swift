import TLS
import TestSupport
import Testing

@Suite("TLSA records against a server's certificates, RFC 6698 §2.1, RFC 7671 §5") struct ServedChainTests {
    private static let certificates = Result { try TestCertificates(server: "mail.example") }

    struct Case: Sendable, CustomTestStringConvertible {
        let form: (usage: UInt8, selector: UInt8, matching: UInt8)
        let of: String
        let verdict: ServedChain.Verdict
        let served: [String]
        let host: String

        init(
            _ usage: UInt8, _ selector: UInt8, _ matching: UInt8, _ of: String, _ verdict: ServedChain.Verdict,
            served: [String] = ["server", "authority", "root"], host: String = "mail.example"
        ) {
            form = (usage, selector, matching)
            (self.of, self.verdict, self.served, self.host) = (of, verdict, served, host)
        }

        var testDescription: String { "\(form) of \(of), \(served) for \(host)" }
    }

    private static let forms: [(UInt8, UInt8)] = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]
    private static let cases: [Case] =
        forms.flatMap { selector, matching in
            [
                Case(3, selector, matching, "server", .own), Case(3, selector, matching, "server", .own, served: ["server"]),
                // RFC 7671 §5.1: the name does not count.
                Case(3, selector, matching, "server", .own, host: "other.example"),
                Case(3, selector, matching, "authority", .absent), Case(3, selector, matching, "stranger", .absent),
                Case(2, selector, matching, "authority", .authority), Case(2, selector, matching, "root", .authority),
                Case(2, selector, matching, "authority", .authority, served: ["server", "authority"]),
                Case(2, selector, matching, "authority", .otherName, host: "other.example"),
                Case(2, selector, matching, "server", .ownAsAuthority), Case(2, selector, matching, "stranger", .absent),
                Case(2, selector, matching, "stranger", .unlinked, served: ["server", "authority", "stranger"]),
                Case(2, selector, matching, "root", .unlinked, served: ["server", "root"]),
                // By its digest alone an authority that is not shown is unknown; a full form brings it along.
                Case(
                    2, selector, matching, "root", matching == 0 ? .authority : .absent, served: ["server", "authority"]),
                Case(2, selector, matching, "authority", matching == 0 ? .authority : .absent, served: ["server"]),
                Case(2, selector, matching, "root", .absent, served: ["server"]),
                Case(0, selector, matching, "root", .unusable), Case(1, selector, matching, "server", .unusable),
                Case(4, selector, matching, "server", .unusable),
            ]
        } + [Case(3, 2, 1, "server", .unusable), Case(3, 1, 3, "server", .unusable)]

    @Test(arguments: cases)
    func areJudged(_ one: Case) throws {
        let certificates = try Self.certificates.get()
        let chain = try ServedChain(certificates.text(one.served), for: one.host)
        let form = one.form
        let data = try certificates.association(form.selector, min(form.matching, 2), of: one.of)
        let association = CertificateAssociation(
            usage: form.usage, selector: form.selector, matching: form.matching, data: octets(data))
        #expect(chain.verdict(on: association) == one.verdict)
    }

    @Test(
        arguments: [
            (0, 0, 1), (0, 0, 100), (1, 0, 1), (0, 1, 31), (1, 1, 33), (0, 1, 0), (1, 2, 32), (0, 2, 65),
        ] as [(UInt8, UInt8, Int)])
    func withDataThatDoesNotFitAreUnusable(selector: UInt8, matching: UInt8, count: Int) throws {
        let chain = try ServedChain(try Self.certificates.get().text(["server"]), for: "mail.example")
        for usage: UInt8 in [2, 3] {
            let data = [UInt8](repeating: 0x30, count: count)
            let association = CertificateAssociation(usage: usage, selector: selector, matching: matching, data: data)
            #expect(chain.verdict(on: association) == .unusable)
        }
    }

    @Test func withOctetsBehindTheCertificateAreUnusable() throws {
        let certificates = try Self.certificates.get()
        let data = octets(try certificates.association(0, 0, of: "server"))
        #expect(CertificateAssociation(usage: 3, selector: 0, matching: 0, data: data).isUsable)
        #expect(!CertificateAssociation(usage: 3, selector: 0, matching: 0, data: data + [0]).isUsable)
        #expect(!CertificateAssociation(usage: 3, selector: 0, matching: 0, data: data.dropLast()).isUsable)
    }

    @Test func theFingerprintIsOfTheFirstKey() throws {
        let certificates = try Self.certificates.get()
        let chain = try ServedChain(certificates.text(["server", "authority"]), for: "mail.example")
        #expect(chain.fingerprint == octets(try certificates.association(1, 1, of: "server")))
        #expect(throws: CertificateError.self) { try ServedChain(Array("no certificate".utf8), for: "mail.example") }
    }

    private func octets(_ digits: String) -> [UInt8] {
        let digits = Array(digits.utf8)
        return stride(from: 0, to: digits.count - 1, by: 2).map { index in
            UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16) ?? 0
        }
    }
}
