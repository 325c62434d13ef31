import Foundation
import Testing

@testable import LocalSocket

@Suite("Questions for some peers alone") struct QuestionTablePolicyTests {
    private func answer(to user: UInt32) async -> Frame {
        var inner = QuestionTable()
        inner.answer(HealthQuestion.self) { _, _ in Health(program: "p", version: "1", processID: 1, state: .healthy) }
        var table = QuestionTable()
        table.add(inner, for: PeerPolicy(alsoUsers: [4_000_001]))
        let body = try? JSONEncoder().encode(HealthQuestion())
        return await table.answer(
            to: Frame(id: 7, name: HealthQuestion.name, body: body), from: Peer(processID: 1, userID: user, groupID: user))
    }

    @Test(arguments: [(0, true), (4_000_001, true), (4_000_002, false)] as [(UInt32, Bool)])
    func areAnsweredToThem(user: UInt32, isAnswered: Bool) async {
        let frame = await answer(to: user)
        #expect((frame.refusal == nil) == isAnswered)
        if !isAnswered { #expect(frame.refusal?.code == "not-permitted") }
    }
}

@Suite("The users that the programs run as") struct HostUsersTests {
    @Test func anUnknownOneIsAnError() {
        #expect(throws: UnknownUser.self) { try HostUsers(mail: "no-such-user-here") }
        #expect("\(UnknownUser(name: "x"))".contains("systemd-sysusers"))
    }

    @Test func thoseNamedAreLetIn() throws {
        let users = try HostUsers(control: "daemon", mail: nil, web: "nobody")
        let daemon = try #require(SystemUser(named: "daemon"))
        let nobody = try #require(SystemUser(named: "nobody"))
        let policy = users.policy([.control, .mail])
        #expect(policy.allows(Peer(processID: 1, userID: daemon.id, groupID: daemon.group)))
        #expect(!policy.allows(Peer(processID: 1, userID: nobody.id, groupID: nobody.group)))
    }
}
