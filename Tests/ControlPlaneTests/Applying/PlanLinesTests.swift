import Testing

@testable import ControlPlane

@Suite("Plans are as long as somebody reads") struct PlanLinesTests {
    private func line(_ change: PlanLine.Change, _ kind: PlanLine.Kind, _ name: String, _ tenant: String = "acme") -> PlanLine {
        PlanLine(change: change, kind: kind, tenant: tenant, name: name, notes: [])
    }

    @Test func soManyOfEachChangeAreKept() {
        var lines = PlanLines(most: 3)
        for number in (0..<100).reversed() { lines.add(line(.add, .user, "user\(number + 100)")) }
        lines.add(line(.retire, .user, "zoe"))
        lines.add(line(.add, .domain, "acme.example"))
        lines.add(line(.add, .host, "mail.acme.example", ""))
        let names = ["mail.acme.example", "acme.example", "user100", "zoe"]
        #expect(lines.lines.map(\.name) == names)
        #expect(lines.counts == PlanCounts(add: 102, change: 0, retire: 1))
        #expect(lines.held < 2 * 3 + 1)
    }

    @Test func tenantsGoOneAfterTheOther() {
        var lines = PlanLines()
        for tenant in ["b", "a"] {
            for kind in [PlanLine.Kind.alias, .user] { lines.add(line(.change, kind, "x", tenant)) }
        }
        #expect(lines.lines.map { "\($0.tenant) \($0.kind)" } == ["a user", "a alias", "b user", "b alias"])
    }

    @Test func someAreOnlyCounted() {
        var lines = PlanLines(most: 0)
        for _ in 0..<10 { lines.add(line(.retire, .user, "x")) }
        #expect(lines.lines.isEmpty && lines.held == 0)
        #expect("\(lines.counts)" == "0 to add, 0 to change, 10 to retire")
    }

    @Test func theRestIsCounted() {
        var lines = PlanLines(most: 1)
        for name in ["a", "b", "c"] { lines.add(line(.add, .user, name)) }
        let plan = Plan(
            id: "1234", generation: 1, lines: lines.lines, counts: lines.counts,
            effect: MailEffect(starting: 3, stopping: 0, moving: 0), changedFiles: [], warnings: [])
        #expect(
            plan.text == """
                + user    a
                + and 2 more to add
                Mail effect: 3 addresses start receiving. 3 to add, 0 to change, 0 to retire. Plan 1234 on generation 1.
                """)
    }
}
