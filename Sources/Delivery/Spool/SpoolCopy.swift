internal import NIOCore

/// Copies a spool that is in use: what the copy holds was accepted and may not be filed yet.
///
/// In this order, so that a message that moves meanwhile is met at least once: the journal, the files of single messages, the
/// bodies. A message that was finished meanwhile may be in the copy; delivering it again does nothing, as mailboxes take each
/// delivery once, and they are backed up after the spool.
package enum SpoolCopy {
    /// How often it is copied anew where a body went while the copy was made.
    private static let tries = 5

    /// Blocks. Nothing is flushed.
    ///
    /// - Parameter target: a folder that is not there yet.
    /// - Returns: how many messages the copy holds.
    /// - Throws: `.disk`; nothing of the copy is of use then.
    @discardableResult
    package static func make(of folder: String, to target: String) throws(SpoolFailure) -> Int {
        let files = DiskFileSystem()
        do {
            for _ in 0..<tries {
                try copy(folder, target, files)
                if let recovered = try? SpoolRecovery(folder: target, files: files),
                    !recovered.entries.contains(where: { $0.bodyFile.map { (try? files.size(of: $0.path)) == nil } ?? false })
                {
                    return recovered.entries.count
                }
                for name in parts { try remove("\(target)/\(name)", files) }
            }
        } catch { throw .disk(error) }
        throw .unreadable
    }

    private static let parts = ["journal", "messages", "bodies"]

    private static func copy(_ folder: String, _ target: String, _ files: DiskFileSystem) throws(FileFailure) {
        try files.makeFolder(target)
        for part in parts {
            try files.makeFolder("\(target)/\(part)")
            for name in try files.names(in: "\(folder)/\(part)") where !name.hasSuffix(".new") {
                let source = "\(folder)/\(part)/\(name)"
                // What is gone by now was finished, or stands in a part that is copied after this one.
                guard let size = try? files.size(of: source) else { continue }
                let copy = try files.create("\(target)/\(part)/\(name)")
                defer { copy.close() }
                try append(source, size, to: copy, files)
            }
        }
    }

    private static func append(
        _ source: String, _ size: Int, to copy: any SpoolFile, _ files: DiskFileSystem
    ) throws(FileFailure) {
        var offset = 0
        while offset < size {
            guard let piece = try? files.read(source, from: offset, length: min(1 << 20, size - offset)), piece.readableBytes > 0
            else { return }
            try copy.append(piece)
            offset += piece.readableBytes
        }
    }

    private static func remove(_ folder: String, _ files: DiskFileSystem) throws(FileFailure) {
        for name in try files.names(in: folder) { try files.remove("\(folder)/\(name)") }
    }
}
