import LocalSocket
import Mail
import SMTP
import Testing

@testable import SMTPServer

@Suite("As whom users of this machine may send") struct MachineSenderPolicyTests {
    @Test(
        arguments: [
            ("root", "rita@acme.example", true), ("root", nil, true), ("nobody", "nobody@mail.host.example", true),
            ("nobody", "NOBODY@mail.host.example", true), ("nobody", nil, true), ("nobody", "root@mail.host.example", false),
            ("nobody", "nobody@acme.example", false),
        ] as [(String, String?, Bool)])
    func rootAsAnybodyOthersAsThemselves(user: String, sender: String?, isAllowed: Bool) throws {
        let policy = MachineSenderPolicy(user: SystemUser(named: user), hostName: try DomainName("mail.host.example"))
        #expect((policy.check(reversePath: try sender.map { try Address($0) }) == nil) == isAllowed)
    }

    @Test func aUserThatTheMachineForgotMaySendNothing() throws {
        let policy = MachineSenderPolicy(user: nil, hostName: try DomainName("mail.host.example"))
        #expect(policy.check(reversePath: nil)?.reply.code == 451)
    }
}
