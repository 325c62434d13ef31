package import Mail
internal import TLS

extension Account {
    /// Adds a message to a folder under its next UID. It is on disk when this returns; others may see it a moment earlier.
    ///
    /// - Throws: `.noSuchFolder`, `.overQuota`, `.tooMany`.
    package nonisolated func append(
        _ message: NewMessage, to folder: FolderID, quota: ByteCount? = nil
    ) async throws(StoreError) -> Filed {
        guard let filed = try await append([message], to: folder, quota: quota).first else { throw .noSuchMessage }
        return filed
    }

    /// Adds all of them, or none (MULTIAPPEND, RFC 3502).
    ///
    /// The account is free while the disk writes: callers that come meanwhile are flushed together.
    package nonisolated func append(
        _ messages: [NewMessage], to folder: FolderID, quota: ByteCount? = nil
    ) async throws(StoreError) -> [Filed] {
        let (filed, flush) = try await add(messages, to: folder, quota: quota)
        try await flush.wait()
        return filed
    }

    private func add(
        _ messages: [NewMessage], to folder: FolderID, quota: ByteCount?
    ) throws(StoreError) -> (filed: [Filed], flush: Flush) {
        try perform { try $0.append(messages, to: folder, quota: quota, flusher: shared.flusher) }
    }
}

/// Files of messages that have rows, and the flush that puts both on disk.
struct Addition {
    let files: Set<String>
    let folders: Set<String>
    let flush: Flush
}

extension Mailbox {
    /// Adds all messages in one transaction, or none.
    fileprivate func append(
        _ messages: [NewMessage], to folder: FolderID, quota: ByteCount?, flusher: Flusher
    ) throws -> (filed: [Filed], flush: Flush) {
        try withPrepared(messages) { prepared in
            let filed = try change(durable: false) { transaction in
                _ = try existingFolder(folder)
                try transaction.allow(prepared.reduce(0) { $0 + $1.size }, quota: quota)
                return try prepared.map { try transaction.insert($0, into: folder) }
            }
            settleAdditions()
            let files = Set(prepared.map { paths.file($0.name) })
            let folders = foldersToFlush(for: prepared)
            let flush = flusher.begin(files.union(folders).map { .whole($0) } + [.octets(paths.log)])
            additions.append(Addition(files: files, folders: folders, flush: flush))
            return (filed, flush)
        }
    }

    /// Forgets the additions that are on disk by now.
    private func settleAdditions() {
        additions.removeAll { addition in
            guard addition.flush.isOnDisk else { return false }
            durableFolders.formUnion(addition.folders)
            return true
        }
    }

    /// Whether an addition's flush is still to come to its end.
    var isAdding: Bool {
        settleAdditions()
        return !additions.isEmpty
    }

    func isAdding(file path: String) -> Bool { additions.contains { $0.files.contains(path) } }

    /// Writes the files of messages, and takes them back where `body` fails.
    func withPrepared<Result>(_ messages: [NewMessage], _ body: ([PreparedMessage]) throws -> Result) throws -> Result {
        let names = messages.map { _ in
            BlobName(milliseconds: WallClock.milliseconds(), suffix: SecureRandom.octets(BlobName.suffixLength))
        }
        return try withUnfinished(names) {
            var prepared: [PreparedMessage] = []
            do {
                for (message, name) in zip(messages, names) { prepared.append(try prepare(message, as: name)) }
                return try body(prepared)
            } catch {
                discard(prepared, after: error)
                throw error
            }
        }
    }
}
