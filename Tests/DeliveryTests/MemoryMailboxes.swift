import Delivery
import Foundation
import Mail
import NIOConcurrencyHelpers
import NIOCore

/// Mailboxes in memory that keep the store's promises: a delivery id is taken once, in order, not durable before the flush.
final class MemoryMailboxes: Mailboxes {
    struct Message: Sendable {
        var id: Int64
        var deliveryID: [UInt8]
        var folder: SpecialUse
        var flags: SystemFlags
        var text: String
    }

    struct State {
        var messages: [AccountID: [Message]] = [:]
        var taken: [AccountID: Set<[UInt8]>] = [:]
        var next: Int64 = 1
        var failure: FilingFailure?
        var failsFlush = false
        var failsRemoval = false
        var flushes = 0
        var batches = 0
        var usage = MailboxUsage(used: 0, purgeable: 0)
    }

    let state = NIOLockedValueBox(State())

    func messages(_ account: AccountID, in folder: SpecialUse = .inbox) -> [Message] {
        state.withLockedValue { $0.messages[account, default: []].filter { $0.folder == folder } }
    }

    func file(_ copies: [MailboxCopy], into account: AccountID) async -> [Result<FiledCopy, FilingFailure>] {
        state.withLockedValue { $0.batches += 1 }
        return copies.map { copy in
            let text = String(buffer: copy.prefix) + Self.text(copy.body)
            return state.withLockedValue { state in
                if let failure = state.failure { return .failure(failure) }
                guard state.taken[account, default: []].insert(copy.deliveryID).inserted else {
                    return .success(FiledCopy(message: 0))
                }
                defer { state.next += 1 }
                state.messages[account, default: []].append(
                    Message(id: state.next, deliveryID: copy.deliveryID, folder: copy.folder, flags: copy.flags, text: text))
                return .success(FiledCopy(message: state.next))
            }
        }
    }

    func flush(_ accounts: Set<AccountID>) async throws {
        let fails = state.withLockedValue { state in
            state.flushes += 1
            return state.failsFlush
        }
        if fails { throw FileFailure("fsync", "mailbox.db", code: 5) }
    }

    func usage(of account: AccountID) async throws -> MailboxUsage { state.withLockedValue { $0.usage } }

    func remove(_ copy: FiledCopy, from account: AccountID) async throws {
        let fails = state.withLockedValue { state in
            if !state.failsRemoval { state.messages[account]?.removeAll { $0.id == copy.message } }
            return state.failsRemoval
        }
        if fails { throw FileFailure("write", "mailbox.db-wal", code: 28) }
    }

    private static func text(_ body: EntryBody) -> String {
        switch body {
        case .octets(let octets): String(buffer: octets)
        case .file(let file): String(decoding: FileManager.default.contents(atPath: file.path) ?? Data(), as: UTF8.self)
        }
    }
}
