package import Mail
internal import SQL

extension Account {
    /// Adds a message to a folder under its next UID. It is on disk when this returns; others may see it a moment earlier.
    ///
    /// - Throws: `.noSuchFolder`, `.overQuota`, `.tooMany`.
    package nonisolated func append(
        _ message: NewMessage, to folder: FolderID, quota: ByteCount? = nil
    ) async throws(StoreError) -> Filed {
        try await append(message, to: .folder(folder), quota: quota)
    }

    /// The same for the folder that is at `path` by then.
    package nonisolated func append(
        _ message: NewMessage, at path: FolderPath, quota: ByteCount? = nil
    ) async throws(StoreError) -> Filed {
        try await append(message, to: .path(path), quota: quota)
    }

    /// Adds all of them, or none, as COPY has to (RFC 9051 §6.4.7).
    ///
    /// The account is free while the disk writes: callers that come meanwhile are flushed together.
    package nonisolated func append(
        _ messages: [NewMessage], to folder: FolderID, quota: ByteCount? = nil
    ) async throws(StoreError) -> [Filed] {
        try await add(messages, to: .folder(folder), quota: quota)
    }

    private nonisolated func append(
        _ message: NewMessage, to place: AppendPlace, quota: ByteCount?
    ) async throws(StoreError) -> Filed {
        guard let filed = try await add([message], to: place, quota: quota).first else { throw .noSuchMessage }
        return filed
    }

    private nonisolated func add(
        _ messages: [NewMessage], to place: AppendPlace, quota: ByteCount?
    ) async throws(StoreError) -> [Filed] {
        let (filed, flush) = try await begin(messages, to: place, quota: quota)
        try await flush.wait()
        return filed
    }

    private func begin(
        _ messages: [NewMessage], to place: AppendPlace, quota: ByteCount?
    ) throws(StoreError) -> (filed: [Filed], flush: Flush) {
        try perform { try $0.append(messages, to: place, quota: quota, flusher: shared.flusher, lane: lane) }
    }
}

/// How the folder is named that messages are added to.
private enum AppendPlace: Sendable {
    case folder(FolderID)
    case path(FolderPath)
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
        _ messages: [NewMessage], to place: AppendPlace, quota: ByteCount?, flusher: Flusher, lane: Lane
    ) throws -> (filed: [Filed], flush: Flush) {
        let flush = Flush()
        var entered: [BlobName] = []
        var folders: Set<String> = []
        // The disk writes a message and its entry while it is read, and while its rows are made.
        let written = { (name: BlobName) in
            entered.append(name)
            if entered.count == messages.count { folders = self.foldersToFlush(for: entered) }
            flusher.begin([.whole(self.paths.file(name))] + folders.map { .whole($0) }, of: flush)
        }
        return try withPrepared(messages, written: written) { prepared in
            let filed = try change(durable: false) { transaction in
                let folder = try transaction.folder(at: place)
                try transaction.allow(prepared.reduce(0) { $0 + $1.size }, quota: quota)
                return try prepared.map { try transaction.insert($0, into: folder) }
            }
            settleAdditions()
            flusher.begin(.octets(paths.log), of: flush, after: lane)
            flush.close()
            let files = Set(prepared.map { paths.file($0.name) })
            additions.append(Addition(files: files, folders: folders, flush: flush))
            return (filed, flush)
        }
    }

    /// Forgets the additions whose flush has ended. What is not on disk then, as where no file could be opened, is left to the next
    /// flush of the whole account: its rows may have been seen.
    private func settleAdditions() {
        additions.removeAll { addition in
            switch addition.flush.isOnDisk {
            case nil: return false
            case true?: durableFolders.formUnion(addition.folders)
            case false?: unflushed.add(files: addition.files.sorted(), folders: addition.folders)
            }
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
    ///
    /// - Parameter written: hears of each file before its message is read.
    func withPrepared<Result>(
        _ messages: [NewMessage], written: ((BlobName) -> Void)? = nil, _ body: ([PreparedMessage]) throws -> Result
    ) throws -> Result {
        let names = messages.map { _ in BlobName.new(milliseconds: WallClock.milliseconds()) }
        return try withUnfinished(names) {
            var prepared: [PreparedMessage] = []
            do {
                for (message, name) in zip(messages, names) { prepared.append(try prepare(message, as: name, written: written)) }
                return try body(prepared)
            } catch {
                discard(prepared, after: error)
                throw error
            }
        }
    }
}

extension Transaction {
    fileprivate func folder(at place: AppendPlace) throws -> FolderID {
        let folder: FolderID?
        switch place {
        case .folder(let id): folder = id
        case .path(let path): folder = try mailbox.folderID(at: path)
        }
        guard let folder else { throw StoreError.noSuchFolder }
        // Fails where it is not there.
        _ = try uidValidity(of: folder)
        return folder
    }
}
