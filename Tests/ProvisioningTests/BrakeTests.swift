import Provisioning
import Testing

@testable import MailConfiguration

@Suite("The brake") struct BrakeTests {
    @Test(arguments: [
        (0, 0, 0, false), (1, 0, 1, false), (2, 0, 2, false), (3, 0, 3, true), (5, 0, 100, false), (10, 0, 100, false),
        (11, 0, 100, true), (50, 0, 10_000, false), (51, 0, 10_000, true), (1, 50, 10_000, true), (0, 60, 10_000, false),
        (1, 9, 100, false), (1, 10, 100, true),
    ])
    func judges(removed: Int, recent: Int, all: Int, holds: Bool) {
        let brake = Brake(DirectoryBrake(accounts: 50, percent: 10))
        #expect(brake.holds(removed: removed, recent: recent, all: all) == holds)
    }
}
