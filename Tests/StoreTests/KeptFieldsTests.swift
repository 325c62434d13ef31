import MIME
import Mail
import NIOCore
import Testing

@testable import Store

@Suite("Fields that the index keeps") struct KeptFieldsTests {
    let test: TestStore
    let account: Account
    let inbox: FolderID

    init() async throws {
        test = try TestStore()
        account = try await test.account()
        inbox = try await account.folder(.inbox).id
    }

    /// What each message's row says of its header; "-" where the index does not have it.
    private func kept() async throws -> [String] {
        let written = try await account.write(inbox, uids: .all, fields: [.details, .keptFields], into: ByteBuffer()) {
            row, buffer in
            buffer.writeString(row.keptFields().map { String(buffer: $0) } ?? "-")
            buffer.writeString("|")
            return true
        }
        return String(buffer: written.buffer).split(separator: "|", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    private func add(_ header: String) async throws {
        let octets = ByteBuffer(string: header + "\r\nThe body.\r\n")
        _ = try await account.append(NewMessage(MessageSource(octets), flags: []), to: inbox)
    }

    @Test func areThereOnceTheIndexHasCaughtUp() async throws {
        try await add("Received: from x\r\n by y\r\nSUBJECT: one\r\n two\r\nX-Other: 1\r\nTo: rui@b.example\r\n")
        #expect(try await kept() == ["-"])
        await test.store.upkeep()
        #expect(try await kept() == ["SUBJECT: one\r\n two\r\nTo: rui@b.example\r\n"])
        try await add("X-Other: 1\r\n")
        #expect(try await kept() == ["SUBJECT: one\r\n two\r\nTo: rui@b.example\r\n", "-"])
        await test.store.upkeep()
        #expect(try await kept().last == "")
    }

    @Test(arguments: [
        (StoreLimits.keptFields - 11, 0, true), (StoreLimits.keptFields - 10, 0, false), (100, StoreLimits.keptHeader, false),
    ])
    func areBounded(subject: Int, other: Int, isKept: Bool) async throws {
        let field = "Subject: " + String(repeating: "s", count: subject) + "\r\n"
        try await add(field + "X-Other: " + String(repeating: "x", count: other) + "\r\n")
        await test.store.upkeep()
        #expect(try await kept() == [isKept ? field : "-"])
    }

    @Test func filesAnswerWithoutThem() async throws {
        try await add("Subject: one\r\n")
        let written = try await account.write(inbox, uids: .all, fields: [.details, .keptFields], into: ByteBuffer()) {
            row, buffer in
            try row.appendContent(0..<row.headerSize, to: &buffer)
            return true
        }
        #expect(String(buffer: written.buffer) == "Subject: one\r\n\r\n")
    }

    @Test(arguments: [(["subject", "Message-ID"], true), ([], true), (["subject", "received"], false), (["x-other"], false)])
    func areAFewNames(names: [String], hold: Bool) { #expect(KeptFields.hold(names.map { FieldName($0) }) == hold) }
}
