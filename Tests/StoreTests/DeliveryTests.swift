import Foundation
import Mail
import NIOCore
import Synchronization
import Testing

@testable import Store

@Suite("Deliveries") struct DeliveryTests {
    let test: TestStore
    let account: Account

    init() async throws {
        test = try TestStore()
        account = try await test.account()
    }

    @Test func aDeliveryIsTakenOnce() async throws {
        let first = try await account.file([Sample.filing("a"), Sample.filing("b"), Sample.filing("a")])
        guard case .success(.filed(let filed)) = first[0] else { throw StoreError.busy }
        #expect(first[2] == .success(.takenBefore(filed.message)))
        #expect(try await account.file([Sample.filing("a")]) == [.success(.takenBefore(filed.message))])
        #expect(try await account.folder(.inbox).messages == 2)
        try await account.delete([filed.message])
        #expect(try await account.file([Sample.filing("a")]) == [.success(.takenBefore(nil))])
        try await test.store.flush([account])
        try await account.expectSound()
    }

    @Test func refusalsLeaveTheOthersAlone() async throws {
        let size = Sample.octets().readableBytes
        let results = try await account.file([
            Sample.filing("a", quota: ByteCount(size)), Sample.filing("b", quota: ByteCount(size)), Sample.filing("c"),
        ])
        #expect(results[1] == .failure(.overQuota(used: size, limit: size)))
        #expect(try await account.folder(.inbox).messages == 2)
        try await account.expectSound()
    }

    @Test func theTrashMakesRoom() async throws {
        let inbox = try await account.folder(.inbox).id
        let size = Sample.octets().readableBytes
        let filed = try await account.append([Sample.message(), Sample.message(), Sample.message()], to: inbox)
        try await account.moveToTrash([filed[0].message, filed[1].message])
        let results = try await account.file([Sample.filing("a", quota: ByteCount(3 * size))])
        #expect(throws: Never.self) { try results[0].get() }
        #expect(try await account.folder(.trash).messages == 1)
        #expect(try await account.usage().messages == 3)
        try await test.store.flush([account])
        try await account.expectSound()
    }

    @Test func oldTrashGoes() async throws {
        let inbox = try await account.folder(.inbox).id
        let filed = try await account.append(Sample.message(), to: inbox)
        try await account.moveToTrash([filed.message])
        #expect(try await account.purgeTrash() == 0)
        #expect(try await account.purgeTrash(olderThan: -1) == 1)
        try await account.expectSound()
    }

    @Test func destinationsAreMadeOrGiveWayToTheInbox() async throws {
        var first = Sample.filing("a")
        first.destination = .path(FolderPath(["Lists", "swift"]))
        var second = Sample.filing("b")
        second.destination = .path(FolderPath(["Sent", "no"]))
        _ = try await account.file([first, second])
        #expect(try await account.folder(at: FolderPath(["Lists", "swift"]))?.messages == 1)
        #expect(try await account.folder(.inbox).messages == 1)
    }

    @Test func filesAreLinkedOrCopiedBehindAPrefix() async throws {
        let path = test.root + "/spooled"
        let octets = Sample.octets(body: String(repeating: "long ", count: 100_000))
        try FileSystem.real.write([octets], to: path)
        var prefixed = Sample.filing("b", NewMessage(MessageSource(body: .file(path: path))))
        prefixed.message.source.prefix = ByteBuffer(string: "Return-Path: <a@b.example>\r\n")
        let results = try await account.file([Sample.filing("a", NewMessage(MessageSource(body: .file(path: path)))), prefixed])
        let filed = try results.map { result in
            guard case .filed(let filed) = try result.get() else { throw StoreError.busy }
            return filed
        }
        #expect(try await account.content(of: filed[0].message).whole() == octets)
        var expected = prefixed.message.source.prefix
        expected.writeImmutableBuffer(octets)
        #expect(try await account.content(of: filed[1].message).whole() == expected)
        #expect(try await account.message(filed[1].message)?.listing.subject == "Hello")
    }

    /// The web worker reads message files by the group of their folder, whoever wrote them where.
    @Test func aLinkedFileIsSharedLikeOneMadeHere() throws {
        let (source, file) = try spooledForShelf()
        #expect(try FileSystem.real.adopt(source, as: file))
        #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o660)
    }

    @Test(.enabled(if: geteuid() == 0, "only a privileged process may give its file to a group that it is not in"))
    func aFileOfAnotherGroupIsNotLinked() throws {
        let (source, file) = try spooledForShelf()
        #expect(unsafe chown(source, uid_t.max, 12_345) == 0)
        #expect(try !FileSystem.real.adopt(source, as: file))
        #expect(!FileSystem.real.exists(file))
    }

    /// - Returns: a file that only its owner may read, and where it is to be in a folder that gives its files its group.
    private func spooledForShelf() throws -> (source: String, file: String) {
        let (folder, source) = (test.root + "/shelf", test.root + "/spooled")
        try FileSystem.real.makeFolder(folder)
        try FileSystem.real.write([Sample.octets()], to: source)
        #expect(unsafe chmod(folder, 0o2770) == 0 && chmod(source, 0o600) == 0)
        return (source, folder + "/message.eml")
    }
}
