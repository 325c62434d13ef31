package import Mail
internal import TLS

/// Messages that one caller adds, and waits for.
struct Appending: Sendable {
    let messages: [NewMessage]
    let folder: FolderID
    let quota: ByteCount?
    /// Nil for the caller that makes the commit for all.
    let done: CheckedContinuation<Result<[Filed], StoreError>, Never>?
}

extension Account {
    /// Adds a message to a folder under its next UID. Its octets are on disk before the row that names them, and all is on
    /// disk when this returns.
    ///
    /// - Throws: `.noSuchFolder`, `.overQuota`, `.tooMany`.
    package func append(
        _ message: NewMessage, to folder: FolderID, quota: ByteCount? = nil
    ) async throws(StoreError) -> Filed {
        guard let filed = try await append([message], to: folder, quota: quota).first else { throw .noSuchMessage }
        return filed
    }

    /// Adds all of them, or none (MULTIAPPEND, RFC 3502).
    ///
    /// One commit serves all callers that came while the one before it waited for the disk.
    package func append(
        _ messages: [NewMessage], to folder: FolderID, quota: ByteCount? = nil
    ) async throws(StoreError) -> [Filed] {
        guard !isGathering else {
            return try await withCheckedContinuation { done in
                gathered.append(Appending(messages: messages, folder: folder, quota: quota, done: done))
            }.get()
        }
        isGathering = true
        // Calls that stand on the lane already run before this one goes on.
        await Task.yield()
        let all = [Appending(messages: messages, folder: folder, quota: quota, done: nil)] + takeGathered()
        let results = append(all)
        for (appending, result) in zip(all, results) { appending.done?.resume(returning: result) }
        return try results[0].get()
    }

    private func takeGathered() -> [Appending] {
        isGathering = false
        defer { gathered = [] }
        return gathered
    }

    private func append(_ all: [Appending]) -> [Result<[Filed], StoreError>] {
        do throws(StoreError) {
            return try perform { try $0.append(all) }.map { .success($0) }
        } catch {
            // Nothing was changed. Where one is refused, the others must not be: each goes for itself then.
            guard all.count > 1, error.isRefusal else { return all.map { _ in .failure(error) } }
            return all.map { append([$0])[0] }
        }
    }
}

extension Mailbox {
    /// Adds all messages in one transaction, or none.
    fileprivate func append(_ all: [Appending]) throws -> [[Filed]] {
        try withPrepared(all.flatMap(\.messages)) { prepared in
            try change(durable: true) { transaction in
                var rest = prepared[...]
                return try all.map { appending in
                    let own = rest.prefix(appending.messages.count)
                    rest = rest.dropFirst(own.count)
                    _ = try existingFolder(appending.folder)
                    try transaction.allow(own.reduce(0) { $0 + $1.size }, quota: appending.quota)
                    return try own.map { try transaction.insert($0, into: appending.folder) }
                }
            }
        }
    }

    /// Writes the files of messages, durably, and takes them back where `body` fails.
    func withPrepared<Result>(_ messages: [NewMessage], _ body: ([PreparedMessage]) throws -> Result) throws -> Result {
        let names = messages.map { _ in
            BlobName(milliseconds: WallClock.milliseconds(), suffix: SecureRandom.octets(BlobName.suffixLength))
        }
        return try withUnfinished(names) {
            var prepared: [PreparedMessage] = []
            do {
                for (message, name) in zip(messages, names) { prepared.append(try prepare(message, as: name)) }
                try putOnDisk(prepared)
                return try body(prepared)
            } catch {
                discard(prepared)
                throw error
            }
        }
    }
}

extension StoreError {
    /// Whether it is about what was asked for, not about the disk.
    fileprivate var isRefusal: Bool {
        switch self {
        case .noSuchFolder, .overQuota, .tooMany: true
        default: false
        }
    }
}
