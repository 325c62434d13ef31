internal import Logging
internal import NIOCore
internal import SQL

/// Message files are written before the rows that name them. A process that is killed in between leaves files without rows:
/// so it notes their names first, and the next process of its role removes those that got no row. Not flushed: it is for
/// killed processes, whose writes the kernel keeps.
extension Mailbox {
    /// Runs `body`, which makes these files and either gives them rows or removes them.
    func withUnfinished<Result>(_ names: [BlobName], _ body: () throws -> Result) throws -> Result {
        let note = try unfinished ?? NoteFile(path: paths.unfinished(options.role), files: files)
        unfinished = note
        try note.write(names.flatMap(\.octets) + BlobName.none)
        // A note that stays does no harm: it names files that have rows, or are gone.
        defer { try? note.write(BlobName.none) }
        return try body()
    }

    /// Removes what a killed process of this role left. One process at a time has a role.
    func removeUnfinished() {
        do {
            let names = try unfinishedNames()
            for name in names where try isWithoutRow(name) { try files.remove(paths.file(name)) }
            if !names.isEmpty { try files.overwrite(paths.unfinished(options.role), with: []) }
        } catch {
            logger.warning("files of unfinished changes stay", metadata: ["account": "\(id)", "error": "\(error)"])
        }
    }

    private func unfinishedNames() throws -> [BlobName] {
        let note = paths.unfinished(options.role)
        guard let size = files.size(note), size > 0 else { return [] }
        var octets: [UInt8] = []
        try files.forEachPiece(of: note) { octets += $0.readableBytesView }
        return stride(from: 0, to: octets.count, by: BlobName.length)
            .map { start in Array(octets[start..<min(start + BlobName.length, octets.count)]) }
            .prefix { $0 != BlobName.none }.compactMap { BlobName(octets: $0) }
    }

    private func isWithoutRow(_ name: BlobName) throws -> Bool {
        try database.first("SELECT 1 FROM blobs WHERE account = $1 AND file = $2", me, .octets(name.octets)) { _ in true } == nil
    }
}
