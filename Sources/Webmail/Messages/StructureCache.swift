internal import MIME
internal import Mail
internal import NIOConcurrencyHelpers
internal import Store

/// The structures of messages that were opened lately: the frame, the pictures and the files of a message ask for it one after the
/// other. A message's octets never change, so neither does this.
final class StructureCache: Sendable {
    private struct Key: Hashable {
        let account: AccountID
        let message: MessageID
    }

    private struct State {
        var structures: [Key: MessageStructure] = [:]
        var order: [Key] = []
    }

    private let state = NIOLockedValueBox(State())
    private let limits: WebLimits

    init(limits: WebLimits) { self.limits = limits }

    func structure(of message: MessageID, in account: AccountID) -> MessageStructure? {
        state.withLockedValue { $0.structures[Key(account: account, message: message)] }
    }

    func keep(_ structure: MessageStructure, of message: MessageID, in account: AccountID) {
        let header = structure.parts.reduce(0) { $0 + $1.header.count }
        guard structure.parts.count <= limits.structureParts, header <= limits.structureHeader else { return }
        let key = Key(account: account, message: message)
        state.withLockedValue { state in
            guard state.structures.updateValue(structure, forKey: key) == nil else { return }
            state.order.append(key)
            guard state.order.count > limits.structures else { return }
            state.structures[state.order.removeFirst()] = nil
        }
    }
}

extension Web {
    /// A message of a mailbox that the visitor may read.
    ///
    /// - Throws: `StoreError.noSuchMessage`.
    func stored(_ message: MessageID, in mailbox: OpenMailbox) async throws -> StoredMessage {
        let account = mailbox.account
        let content = try await account.content(of: message)
        let known = structures.structure(of: message, in: account.id)
        let stored = try await StoredMessage(content, known: known, limits: limits)
        if known == nil { structures.keep(stored.structure, of: message, in: account.id) }
        return stored
    }
}
