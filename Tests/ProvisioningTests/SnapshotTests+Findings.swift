import Directory
import MailConfiguration
import Testing

@testable import Provisioning

/// What is found wrong with entries, kept as long as it is so.
extension SnapshotTests {
    @Test func twoEntriesOfOneIDAreAFinding() throws {
        _ = try read([mapped("1", "a@acme.example"), mapped("1", "b@acme.example")], at: 1)
        #expect(try database.objects(of: acme).map(\.object.addresses) == [["a@acme.example"]])
        #expect(try database.findings(of: acme).map(\.finding.code) == [.duplicateID])
    }

    @Test func findingsOfWhatIsUnchangedStay() throws {
        var bad = mapped("1", "a@acme.example")
        bad.object.findings = [DirectoryFinding(.badQuota, "cn=1", "much is no size")]
        let first = try SnapshotWriting(database, tenant: acme, directory: "corp", domains: domains)
        try first.add(bad, .user, uuid: "u-1")
        first.note(EntryFinding(finding: DirectoryFinding(.noID, "cn=2", "it has none"), kind: .user))
        _ = try first.commit(first.difference(), at: 1)
        let writing = try SnapshotWriting(database, tenant: acme, directory: "corp", domains: domains)
        try writing.resume()
        try writing.takeOver(.user, namesEverything: false)
        _ = try writing.commit(writing.difference(), at: 2)
        #expect(Set(try database.findings(of: acme).map(\.finding.code)) == [.badQuota, .noID])
    }

    /// An entry of which nothing can be made, as a server that tells changes knows it.
    private static let unusable = EntryFinding(finding: DirectoryFinding(.noID, "cn=2", "it has none"), kind: .user, uuid: "u-2")

    @Test(arguments: [(nil, 1), (true, 1), (false, 0)] as [(Bool?, Int)])
    func findingsOfWhatIsToldAnewGo(isUnchanged: Bool?, left: Int) throws {
        let first = try SnapshotWriting(database, tenant: acme, directory: "corp", domains: domains)
        first.note(Self.unusable)
        _ = try first.commit(first.difference(), at: 1)
        // A reading by pages does not know by what the server tells of it.
        let whole = try SnapshotWriting(database, tenant: acme, directory: "corp", domains: domains)
        whole.note(EntryFinding(finding: Self.unusable.finding, kind: .user))
        _ = try whole.commit(whole.difference(), at: 2)
        let writing = try SnapshotWriting(database, tenant: acme, directory: "corp", domains: domains)
        try writing.resume()
        if let isUnchanged { try writing.tell(.user, uuid: "u-2", isUnchanged: isUnchanged) }
        try writing.takeOver(.user, namesEverything: isUnchanged == true)
        _ = try writing.commit(writing.difference(), at: 3)
        #expect(try database.findings(of: acme).count == left)
    }

    @Test func findingsOfSingleChangesComeAndGo() throws {
        func found() throws -> [DirectoryFinding.Code] { try database.findings(of: acme).map(\.finding.code) }
        func apply(_ change: SnapshotDatabase.Change) throws {
            _ = try database.apply([change], acme, "corp", at: 2)
            #expect(try database.state(acme, "corp").findings == found().count)
        }
        var large = mapped("1", "a@acme.example")
        large.object.findings = [DirectoryFinding(.tooManyMembers, "cn=1", "too many")]
        // What a reading by pages found goes with a change that the server tells, too.
        _ = try read([mapped("1", "a@acme.example")], at: 1)
        let whole = try SnapshotWriting(database, tenant: acme, directory: "corp", domains: domains)
        try whole.add(large, .user)
        _ = try whole.commit(whole.difference(), at: 1)
        #expect(try found() == [.tooManyMembers])
        try apply(.put(mapped("1", "a@acme.example"), .user, uuid: "u-1"))
        #expect(try found().isEmpty)
        try apply(.put(large, .user, uuid: "u-1"))
        try apply(.put(large, .user, uuid: "u-1"))
        #expect(try found() == [.tooManyMembers])
        try apply(.gone(.user, uuid: "u-2", finding: Self.unusable.finding))
        #expect(try found() == [.tooManyMembers, .noID])
        try apply(.gone(.user, uuid: "u-1"))
        #expect(try found() == [.noID])
        try apply(.put(mapped("2", "b@acme.example"), .user, uuid: "u-2"))
        #expect(try found().isEmpty)
        #expect(try database.objects(of: acme).map(\.missingSince) == [2, nil])
    }

    @Test func anIDThatAnotherEntryHasIsAFinding() throws {
        _ = try read([mapped("1", "a@acme.example")], at: 1)
        let second = SnapshotDatabase.Change.put(mapped("1", "b@acme.example"), .user, uuid: "u-9")
        #expect(try !database.apply([second], acme, "corp", at: 2).changed)
        #expect(try database.objects(of: acme).map(\.object.addresses) == [["a@acme.example"]])
        #expect(try database.findings(of: acme).map(\.finding.code) == [.duplicateID])
        // Once the first has gone, it is the one.
        #expect(try database.apply([.gone(.user, uuid: "u-1"), second], acme, "corp", at: 3).changed)
        #expect(try database.objects(of: acme).map(\.object.addresses) == [["b@acme.example"]])
        #expect(try database.findings(of: acme).isEmpty)
    }

    @Test func anIDThatAnotherEntryHasIsAFindingAfterACookie() throws {
        _ = try read([mapped("1", "a@acme.example")], at: 1)
        let writing = try SnapshotWriting(database, tenant: acme, directory: "corp", domains: domains)
        try writing.resume()
        try writing.tell(.user, uuid: "u-9", isUnchanged: false)
        try writing.add(mapped("1", "b@acme.example"), .user, uuid: "u-9")
        try writing.takeOver(.user, namesEverything: false)
        let difference = try writing.difference()
        #expect(difference.isEmpty)
        _ = try writing.commit(difference, at: 2)
        #expect(try database.objects(of: acme).map(\.object.addresses) == [["a@acme.example"]])
        #expect(try database.findings(of: acme).map(\.finding.code) == [.duplicateID])
    }

    @Test func whatTheLastJoinFoundIsCounted() throws {
        _ = try read([mapped("1", "a@acme.example")], at: 1)
        var joined = JoinedTenant(acme)
        joined.note("corp", DirectoryFinding(.duplicateLogin, "cn=1", "somebody has it"))
        try database.keep(joined, JoinedAccounts(database, of: acme))
        #expect(try database.state(acme, "corp").findings == 1)
        // A reading that changes nothing is not joined.
        #expect(try read([mapped("1", "a@acme.example")], at: 2).0.isEmpty)
        #expect(try database.state(acme, "corp").findings == 1)
    }

    @Test func findingsAreCountedBeyondThoseThatAreKept() throws {
        let most = SnapshotDatabase.mostFindings
        let changes = (0..<(most + 5)).map { number in
            SnapshotDatabase.Change.gone(
                .user, uuid: "u-\(number)", finding: DirectoryFinding(.noID, "cn=\(number)", "it has none"))
        }
        #expect(try database.apply(changes, acme, "corp", at: 1).findings == most + 5)
        #expect(try database.findings(of: acme).count == most)
        _ = try database.apply([.gone(.user, uuid: "u-3"), changes[most]], acme, "corp", at: 2)
        #expect(try database.findings(of: acme).contains { $0.finding.entry == "cn=\(most)" })
    }
}
