internal import MIME
internal import Mail
internal import NIOCore

/// A new message whose file is written, and whose row is not.
struct PreparedMessage {
    let name: BlobName
    let summary: MessageSummary
    let flags: SystemFlags
    let tags: [Tag]
    let received: Int64
    var size: Int64 { Int64(summary.size) }
}

/// Files and folders to be put on disk before what names them can be relied on.
struct Unflushed {
    var files: [String] = []
    var folders: Set<String> = []
    /// Whether the log holds commits that are not on disk.
    var log = false
}

extension Mailbox {
    /// Writes a message's file and reads its summary.
    ///
    /// - Parameter durable: whether the file and the entries that lead to it are on disk when this returns; else they wait in
    ///   `unflushed`.
    func prepare(_ message: NewMessage, as name: BlobName, durable: Bool) throws -> PreparedMessage {
        guard message.tags.count <= StoreLimits.tagsOfMessage else { throw StoreError.tooMany("tagsOfMessage") }
        let path = paths.file(name)
        let folder = paths.folder(of: name)
        try files.makeFolder(folder)
        // Who made the folder may not have flushed what leads to it: another process, or a filing that waits for its flush.
        let folders = durableFolders.contains(folder) ? [folder] : [folder, paths.messages, paths.folder]
        let summary = try write(message.source, to: path, durable: durable)
        do {
            if durable {
                for folder in folders { try files.sync(folder) }
                durableFolders.insert(folder)
            }
        } catch {
            try? files.remove(path)
            throw error
        }
        if !durable {
            unflushed.files.append(path)
            unflushed.folders.formUnion(folders)
        }
        return PreparedMessage(
            name: name, summary: summary, flags: message.flags, tags: message.tags,
            received: message.internalDate ?? options.now())
    }

    private func write(_ source: MessageSource, to path: String, durable: Bool) throws -> MessageSummary {
        switch source.body {
        case .octets(let octets):
            try files.write([source.prefix, octets], to: path, durable: durable)
            guard source.prefix.readableBytes > 0 else { return MessageSummary(octets) }
            var whole = ByteBuffer()
            whole.reserveCapacity(source.prefix.readableBytes + octets.readableBytes)
            whole.writeImmutableBuffer(source.prefix)
            whole.writeImmutableBuffer(octets)
            return MessageSummary(whole)
        case .file(let original):
            var scanner = SummaryScanner(prefixLimit: StoreLimits.summaryPrefix)
            if source.prefix.readableBytes == 0, try files.link(original, to: path) {
                try files.forEachPiece(of: path) { piece in scanner.consume(piece) }
                if durable { try files.sync(path) }
            } else {
                try files.copy(original, after: source.prefix, to: path, durable: durable) { piece in scanner.consume(piece) }
            }
            return MessageSummary(scanner.finish())
        }
    }

    /// Takes back files whose rows were not written.
    func discard(_ prepared: [PreparedMessage]) {
        for message in prepared {
            let path = paths.file(message.name)
            try? files.remove(path)
            unflushed.files.removeAll { $0 == path }
        }
    }
}
