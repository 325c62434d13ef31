import DirectoryTestSupport
import Foundation
import Logging
import Mail
import NIOConcurrencyHelpers
import NIOCore
import SMTPServer

@testable import Delivery

/// A clock that is set by hand, in microseconds since 1970.
final class TestClock: Sendable {
    private let value = NIOLockedValueBox<UInt64>(1_800_000_000_000_000)
    var microseconds: @Sendable () -> UInt64 { { self.value.withLockedValue { $0 } } }
    var seconds: Int64 { Int64(value.withLockedValue { $0 } / 1_000_000) }
    func advance(seconds: Int64) { value.withLockedValue { $0 = UInt64(Int64($0) + seconds * 1_000_000) } }
}

/// A fresh folder, removed when the value goes.
final class TemporaryFolder: Sendable {
    let path: String
    init() throws {
        path = "/tmp/malaposta-delivery-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func names(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(path)/\(folder)").sorted()
    }
}

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

func octets(_ text: String) -> ByteBuffer { ByteBuffer(string: text) }

extension Spool {
    /// Accepts a message through the way that SMTP takes.
    @discardableResult
    func accept(
        _ body: ByteBuffer, to recipients: [String] = ["ana@acme.example"], chunk: Int = 8192, notBefore: Int64? = nil,
        announced: Int = 0
    ) async throws -> SpoolEntry {
        let message = try receive(try acceptance(to: recipients, notBefore: notBefore), announced: announced)
        var rest = body
        while let slice = rest.readSlice(length: min(chunk, rest.readableBytes)), slice.readableBytes > 0 {
            try await message.write(slice)
        }
        return try await message.finish()
    }

    func acceptance(to recipients: [String] = ["ana@acme.example"], notBefore: Int64? = nil) throws -> Acceptance {
        let envelope = Envelope(
            sender: try address("eve@globex.example"), recipients: try recipients.map { EnvelopeRecipient(try address($0)) })
        let routes = try recipients.enumerated().map { index, text in
            Route(recipient: index, target: .mailbox(AccountID(UInt128(index + 1)), detail: nil, as: try address(text)))
        }
        return Acceptance(
            id: try nextID(), time: try nextID().seconds, door: .mx, session: "s1", envelope: envelope, routes: routes,
            notBefore: notBefore)
    }

    /// Waits for what the writer thread does, or what follows from it: asks anew after each of its turns, 20,000 times at most.
    @discardableResult
    func until(_ isTrue: () throws -> Bool) async rethrows -> Bool {
        let (turns, turn) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        state.withLockedValue { $0.turned = { turn.yield() } }
        defer { state.withLockedValue { $0.turned = {} } }
        if try isTrue() { return true }
        var asked = 0
        for await _ in turns {
            if try isTrue() { return true }
            asked += 1
            if asked == 20_000 { break }
        }
        return try isTrue()
    }

    /// The message's octets, wherever they are.
    func text(of entry: SpoolEntry) async throws -> String {
        switch try await body(of: entry) {
        case .octets(let octets): String(buffer: octets)
        case .file(let file):
            String(decoding: try Data(contentsOf: URL(fileURLWithPath: file.path)).dropFirst(file.traceLines), as: UTF8.self)
        }
    }
}

extension EntryID {
    var seconds: Int64 { Int64(value / 1_000_000) }
}
