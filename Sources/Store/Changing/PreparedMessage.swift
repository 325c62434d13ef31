internal import MIME
internal import Mail
internal import NIOCore
internal import SQL

/// A new message whose file is written, and whose row is not.
struct PreparedMessage {
    let name: BlobName
    let summary: MessageSummary
    let flags: SystemFlags
    let tags: [Tag]
    let received: Int64
    var size: Int64 { Int64(summary.size) }
}

extension Mailbox {
    /// Writes a message's file and reads its summary; its octets are not on disk by then.
    ///
    /// - Parameter written: begins to flush the file, while this goes on to read; nil where nobody is in a hurry.
    func prepare(
        _ message: NewMessage, as name: BlobName, written: ((BlobName) -> Void)? = nil
    ) throws -> PreparedMessage {
        guard message.tags.count <= StoreLimits.tagsOfMessage else { throw StoreError.tooMany("tagsOfMessage") }
        try files.makeFolder(paths.folder(of: name))
        let summary = try write(message.source, as: name, written: written)
        return PreparedMessage(
            name: name, summary: summary(), flags: message.flags, tags: message.tags,
            received: message.internalDate ?? options.now())
    }

    /// Puts files and the entries that lead to them on disk, all with as few flushes as there are files and folders.
    func putOnDisk(_ messages: [PreparedMessage]) throws {
        try files.sync(messages.map { paths.file($0.name) })
        let folders = foldersToFlush(for: messages.map(\.name))
        try files.sync(folders.sorted())
        durableFolders.formUnion(folders)
    }

    /// Leaves that to the next flush.
    func waitForFlush(_ messages: [PreparedMessage]) {
        unflushed.add(files: messages.map { paths.file($0.name) }, folders: foldersToFlush(for: messages.map(\.name)))
    }

    /// Folders that got entries, and those that lead to them.
    func foldersToFlush(for names: [BlobName]) -> Set<String> {
        names.reduce(into: Set<String>()) { $0.formUnion(foldersToFlush(for: $1)) }
    }

    /// Who made a folder may not have flushed what leads to it: another process, or a filing that waits for its flush.
    private func foldersToFlush(for name: BlobName) -> [String] {
        let folder = paths.folder(of: name)
        return durableFolders.contains(folder) ? [folder] : [folder, paths.messages, paths.folder]
    }

    /// - Returns: what reads the summary.
    private func write(
        _ source: MessageSource, as name: BlobName, written: ((BlobName) -> Void)?
    ) throws -> () -> MessageSummary {
        let path = paths.file(name)
        switch source.body {
        case .octets(let octets):
            try files.write([source.prefix, octets], to: path, isFlushedAtOnce: written != nil)
            written?(name)
            guard source.prefix.readableBytes > 0 else { return { MessageSummary(octets) } }
            var whole = ByteBuffer()
            whole.reserveCapacity(source.prefix.readableBytes + octets.readableBytes)
            whole.writeImmutableBuffer(source.prefix)
            whole.writeImmutableBuffer(octets)
            return { [whole] in MessageSummary(whole) }
        case .file(let original):
            var scanner = SummaryScanner(prefixLimit: StoreLimits.summaryPrefix)
            if source.prefix.readableBytes == 0, try files.adopt(original, as: path) {
                written?(name)
                try files.forEachPiece(of: path) { piece in scanner.consume(piece) }
            } else {
                try files.copy(original, after: source.prefix, to: path) { piece in scanner.consume(piece) }
                written?(name)
            }
            return { MessageSummary(scanner.finish()) }
        }
    }

    /// Takes back files whose transaction came to nothing.
    func discard(_ prepared: [PreparedMessage], after error: any Error) {
        // A transaction whose flush failed may stand in the log all the same, for whoever opens it next: its files stay. One without
        // a row costs space only.
        if let error = error as? SQLError, error.kind == .flushFailed { return }
        discard(prepared)
    }

    /// Takes back files whose rows were not written.
    func discard(_ prepared: [PreparedMessage]) {
        for message in prepared { try? files.remove(paths.file(message.name)) }
    }
}
