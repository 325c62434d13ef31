import DNS
import Domains
import Testing

@Suite("What changed between two looks") struct DomainChangeTests {
    private let place: DNSName

    init() throws { place = try #require(DNSName("acme.example")) }

    private func findings(_ text: String) throws -> [Finding] {
        try text.split(separator: " ").map { word in
            let parts = word.split(separator: ":")
            let severity: Finding.Severity = parts[1].last == "!" ? .error : parts[1].last == "?" ? .fine : .warning
            let code = parts[1].filter { $0 != "!" && $0 != "?" }
            return Finding(try #require(Finding.Subject(rawValue: String(parts[0]))), severity, code, at: place, now: "x")
        }
    }

    /// Looks one after another, and what each has changed: `+` for the worse, `-` for the better.
    @Test(arguments: [
        (["spf:spf-missing!", "spf:spf?", "spf:spf-missing!"], ["-spf-missing", "+spf-missing"]),
        (["spf:spf-lookups", "spf:spf-lookups!", "spf:spf-lookups"], ["+spf-lookups", "-spf-lookups"]),
        // The zone does not answer for a while: nothing else was judged.
        (
            ["zone:zone? spf:spf-missing! mx:mx-foreign", "zone:zone-silent!", "zone:zone? spf:spf-missing! mx:mx-foreign"],
            ["+zone-silent", "-zone-silent"]
        ),
        (
            ["zone:zone? spf:spf-missing!", "zone:zone-silent!", "zone:zone-failing!", "zone:zone? spf:spf?"],
            ["+zone-silent", "+zone-failing -zone-silent", "-zone-failing -spf-missing"]
        ),
        (
            ["zone:server-lame spf:spf-unreadable", "zone:zone-unknown spf:spf-unreadable", "zone:zone-silent!"],
            ["+zone-unknown", "+zone-silent -zone-unknown"]
        ),
        (
            ["zone:server-lame spf:spf-unreadable", "zone:zone-silent!", "zone:server-lame spf:spf-unreadable"],
            ["+zone-silent", "-zone-silent"]
        ),
        // One subject cannot be asked about for a while.
        (
            ["spf:spf-missing!", "spf:spf-unreadable", "spf:spf-missing!"], ["+spf-unreadable", "-spf-unreadable"]
        ),
        (["spf:spf-missing!", "spf:spf-unreadable", "spf:spf?"], ["+spf-unreadable", "-spf-unreadable -spf-missing"]),
        // What can be judged beside it is.
        (
            ["mx:mx?", "mx:mx-host-unreadable mx:mx-foreign", "mx:mx-foreign mx:mx-cname!"],
            ["+mx-host-unreadable +mx-foreign", "+mx-cname -mx-host-unreadable"]
        ),
    ])
    func isSeen(looks: [String], changes expected: [String]) throws {
        // As `DomainTable` keeps it.
        var known = try findings(looks[0])
        for (look, expected) in zip(looks.dropFirst(), expected) {
            let new = try findings(look)
            let changes = DomainChange.between(known, new).map { "\($0.direction == .worse ? "+" : "-")\($0.finding.code)" }
            #expect(Set(changes) == Set(expected.split(separator: " ").map(String.init)), "\(look)")
            known = new + new.remembered(of: known)
        }
    }
}
