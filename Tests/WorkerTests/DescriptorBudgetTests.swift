import Testing

@testable import Worker

@Suite("Descriptors that the limits need") struct DescriptorBudgetTests {
    /// 10,000 connections, seven files for each of 512 mailboxes, and 256 for the program itself.
    private let budget = DescriptorBudget(connections: 10_000, mailboxes: 512)

    @Test(arguments: [13_840, 13_841, 65_536]) func suffice(allowed: Int) { #expect(budget.shortage(of: allowed) == nil) }

    @Test(arguments: [0, 1_024, 13_839]) func areTooFew(allowed: Int) {
        #expect(
            budget.shortage(of: allowed)
                == "the limits of malaposta.yaml need 13840 open files, but \(allowed) are allowed; "
                + "raise LimitNOFILE of the unit (systemctl edit), or lower limits: connections")
    }
}
