package import Mail
package import Store

/// The store, as delivery sees it.
package struct StoreMailboxes: Mailboxes {
    private let store: MailStore

    package init(_ store: MailStore) { self.store = store }

    package func file(_ copies: [MailboxCopy], into account: AccountID) async -> [Result<FiledCopy, FilingFailure>] {
        do {
            let results = try await store.account(account).file(copies.map(\.filing))
            return results.map { result in
                switch result {
                case .success(.filed(let filed)): .success(FiledCopy(message: filed.message.value))
                // Gone since: there is nothing that could be taken back either.
                case .success(.takenBefore(let message)): .success(FiledCopy(message: message?.value ?? 0))
                case .failure(let error): .failure(FilingFailure(error))
                }
            }
        } catch {
            return copies.map { _ in .failure(FilingFailure(error)) }
        }
    }

    package func flush(_ accounts: Set<AccountID>) async throws {
        try await store.flush(accounts)
    }

    package func usage(of account: AccountID) async throws -> MailboxUsage {
        guard try await store.exists(account) else { return MailboxUsage(used: 0, purgeable: 0) }
        let account = try await store.account(account)
        return MailboxUsage(used: try await account.usage().octets, purgeable: try await account.folder(.trash).octets)
    }

    package func remove(_ copy: FiledCopy, from account: AccountID) async throws {
        do {
            try await store.account(account).delete([MessageID(copy.message)])
        } catch StoreError.noSuchMessage {
            return
        }
    }
}

extension MailboxCopy {
    fileprivate var filing: Filing {
        let source: MessageSource.Body =
            switch body {
            case .octets(let octets): .octets(octets)
            case .file(let file): .file(path: file.path)
            }
        let message = NewMessage(MessageSource(prefix: prefix, body: source), flags: flags, internalDate: date)
        return Filing(deliveryID: deliveryID, message: message, destination: .use(folder), quota: quota)
    }
}

extension FilingFailure {
    fileprivate init(_ error: StoreError) {
        if case .overQuota = error { self = .overQuota } else { self = .notNow(cause: "\(error)") }
    }
}
