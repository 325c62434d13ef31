import Domains
import TestSupport
import Testing

/// A host of the signed zone, with TLSA records and certificates, and what is found of them.
struct DANEHost: Sendable, CustomTestStringConvertible {
    struct Record: Sendable {
        let form: (usage: UInt8, selector: UInt8, matching: UInt8)
        let of: String

        init(_ usage: UInt8, _ selector: UInt8, _ matching: UInt8, _ of: String) {
            form = (usage, selector, matching)
            self.of = of
        }

        func text(_ certificates: TestCertificates) throws -> String {
            let data = try certificates.association(form.selector, min(form.matching, 2), of: of)
            return "\(form.usage) \(form.selector) \(form.matching) \(data)"
        }
    }

    let name: String
    let records: [Record]
    let code: String
    /// What the finding says of it, or a part of that.
    let now: String
    let severity: Finding.Severity
    let served: [String]

    init(
        _ name: String, _ records: [Record], _ severity: Finding.Severity, _ code: String, _ now: String = "",
        served: [String] = ["server", "authority"]
    ) {
        (self.name, self.records, self.severity, self.code) = (name, records, severity, code)
        (self.now, self.served) = (now, served)
    }

    var testDescription: String { name }

    static let all: [DANEHost] = [
        .init("none", [], .note, "tlsa-missing"),
        .init("right", [.init(3, 1, 1, "server")], .fine, "tlsa", "the host's key is named (3 1 1)"),
        .init("certificate", [.init(3, 0, 2, "server")], .fine, "tlsa", "the host's certificate is named (3 0 2)"),
        .init("whole", [.init(3, 0, 0, "server")], .fine, "tlsa", "(3 0 0)"),
        .init(
            "authority", [.init(2, 1, 1, "authority")], .fine, "tlsa", "an authority of the host's certificate is named (2 1 1)"),
        .init("brought", [.init(2, 0, 0, "root")], .fine, "tlsa", "(2 0 0)"),
        .init(
            "rollover", [.init(3, 1, 1, "stranger"), .init(3, 1, 1, "server")], .fine, "tlsa",
            "the host's key is named (3 1 1); what 3 1 1 names is not shown, as while keys change"),
        .init("both", [.init(3, 1, 1, "stranger"), .init(2, 1, 1, "authority")], .fine, "tlsa", "is named (2 1 1); what 3 1 1"),
        .init("known", [.init(1, 1, 1, "stranger"), .init(3, 1, 1, "server")], .fine, "tlsa", "the host's key is named (3 1 1)"),
        .init("wrong", [.init(3, 1, 1, "stranger")], .error, "tlsa-wrong", "another key is named (3 1 1)"),
        .init("stale", [.init(3, 0, 2, "stranger"), .init(2, 1, 1, "stranger")], .error, "tlsa-wrong", "(2 1 1, 3 0 2)"),
        .init("hidden", [.init(2, 1, 1, "root")], .error, "tlsa-anchor-missing", "(2 1 1) that the host does not show"),
        .init("bare", [.init(2, 0, 2, "authority")], .error, "tlsa-anchor-missing", served: ["server"]),
        .init("unlinked", [.init(2, 1, 1, "stranger")], .error, "tlsa-unlinked", served: ["server", "authority", "stranger"]),
        .init("own", [.init(2, 1, 1, "server")], .error, "tlsa-own-anchor"),
        .init("deep.below", [.init(2, 1, 1, "authority")], .error, "tlsa-other-name", "stand for deep.below.signed.zone"),
        .init("agile", [.init(3, 1, 1, "server"), .init(3, 1, 2, "stranger")], .error, "tlsa-weaker-digest"),
        .init("apart", [.init(3, 1, 1, "server"), .init(3, 0, 2, "stranger")], .fine, "tlsa", "what 3 0 2 names is not shown"),
        .init("foreign", [.init(1, 1, 1, "server"), .init(3, 1, 7, "server")], .note, "tlsa-unusable", "(1 1 1, 3 1 7)"),
        .init("trial", [.init(3, 1, 1, "server")], .warning, "tlsa-unjudged", served: []),
    ]
}
