package import Mail
internal import TLS

extension Account {
    /// Adds a message to a folder under its next UID. It is on disk when this returns; others may see it a moment earlier.
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
    /// The account is free while the disk writes: callers that come meanwhile are flushed together.
    package func append(
        _ messages: [NewMessage], to folder: FolderID, quota: ByteCount? = nil
    ) async throws(StoreError) -> [Filed] {
        let addition = try perform { try $0.append(messages, to: folder, quota: quota) }
        try await shared.flusher.flush(addition.waiting)
        mailbox?.isOnDisk(addition)
        return addition.filed
    }
}

/// Messages that have rows, and what has to reach the disk before anybody is told so.
struct Addition: Sendable {
    let filed: [Filed]
    let files: [String]
    let folders: Set<String>
    let log: String

    var waiting: [Flusher.Item] {
        files.map { .whole($0) } + folders.map { .whole($0) } + [.octets(log)]
    }
}

extension Mailbox {
    /// Adds all messages in one transaction, or none.
    fileprivate func append(_ messages: [NewMessage], to folder: FolderID, quota: ByteCount?) throws -> Addition {
        try withPrepared(messages) { prepared in
            let filed = try change(durable: false) { transaction in
                _ = try existingFolder(folder)
                try transaction.allow(prepared.reduce(0) { $0 + $1.size }, quota: quota)
                return try prepared.map { try transaction.insert($0, into: folder) }
            }
            let addition = Addition(
                filed: filed, files: prepared.map { paths.file($0.name) }, folders: foldersToFlush(for: prepared), log: paths.log)
            beingAdded.formUnion(addition.files)
            return addition
        }
    }

    fileprivate func isOnDisk(_ addition: Addition) {
        beingAdded.subtract(addition.files)
        durableFolders.formUnion(addition.folders)
    }

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
                discard(prepared)
                throw error
            }
        }
    }
}
