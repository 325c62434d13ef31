import Foundation
import Logging
import MIME
import Mail
import NIOCore
import Synchronization
import Testing

@testable import Store

/// A store in a fresh folder that goes away with it, and a clock that stands.
final class TestStore: Sendable {
    let root: String
    let store: MailStore
    private let keepsFolder: Bool

    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    static let account = AccountID(0x1234_5678_9abc_def0_1234_5678_9abc_def0)

    init(
        root: String? = nil, role: StoreOptions.Role = .mail, boot: String = "boot-1", now: Int64 = 1_800_000_000,
        files: FileSystem = .real, changes: Bool = false, keepsFolder: Bool = false, logger: Logger = quiet
    ) throws {
        self.root = root ?? NSTemporaryDirectory() + "malaposta-store-\(UUID().uuidString.prefix(8))"
        self.keepsFolder = keepsFolder
        var options = StoreOptions(
            root: self.root + "/accounts", role: role, changesFolder: changes ? self.root + "/c" : nil, bootID: boot, now: { now }
        )
        options.files = files
        options.lanes = 2
        store = try MailStore(options, logger: logger)
    }

    deinit { if !keepsFolder { try? FileManager.default.removeItem(atPath: root) } }

    func account() async throws -> Account { try await store.account(Self.account) }
}

/// Messages made of a few words.
enum Sample {
    static func octets(
        subject: String = "Hello", from: String = "Ana <ana@a.example>", id: String? = nil, references: String? = nil,
        body: String = "Some words.", extra: String = ""
    ) -> ByteBuffer {
        var text = "From: \(from)\r\nTo: Rui <rui@b.example>\r\nSubject: \(subject)\r\nDate: Tue, 24 Nov 2026 02:13:13 +0100\r\n"
        if let id { text += "Message-ID: <\(id)>\r\n" }
        if let references { text += "References: <\(references)>\r\n" }
        return ByteBuffer(string: text + extra + "\r\n" + body + "\r\n")
    }

    static func message(
        subject: String = "Hello", from: String = "Ana <ana@a.example>", id: String? = nil, references: String? = nil,
        body: String = "Some words.", flags: SystemFlags = [], tags: [String] = [], date: Int64? = nil
    ) -> NewMessage {
        NewMessage(
            MessageSource(octets(subject: subject, from: from, id: id, references: references, body: body)), flags: flags,
            tags: tags.compactMap { Tag($0) }, internalDate: date)
    }

    static func filing(_ id: String, _ message: NewMessage = message(), quota: ByteCount? = nil) -> Filing {
        Filing(deliveryID: Array(id.utf8), message: message, quota: quota)
    }
}

extension Account {
    /// Everything that must agree within an account, counted the slow way.
    func expectSound(_ location: SourceLocation = #_sourceLocation) throws {
        let findings = try check()
        #expect(findings.isEmpty, "\(findings)", sourceLocation: location)
    }
}
