import Delivery
import NIOConcurrencyHelpers
import NIOCore

/// The real file system with faults: the nth write, flush or other change fails, and every one is counted.
final class FaultyFileSystem: SpoolFileSystem {
    struct Faults {
        var writes = 0
        var syncs = 0
        var folderSyncs = 0
        /// The number of the write that fails, counted from 1; also those after it until `repair`.
        var failsAtWrite: Int?
        var failsAtSync: Int?
        var failsAtCreate: Int?
        var creates = 0
        var freeOctets: Int?
        /// All calls that change something.
        var calls = 0
        /// Of all calls, the one that fails; with `stays` those after it too.
        var failsAtCall: Int?
        var stays = false
        var hasFailed = false

        /// Counts a call; what it fails with, where its turn has come.
        mutating func failure(_ operation: String, _ path: String) -> FileFailure? {
            calls += 1
            guard let turn = failsAtCall, calls == turn || stays && calls > turn else { return nil }
            hasFailed = true
            return FileFailure(operation, path, code: FaultyFileSystem.code)
        }
    }

    let disk = DiskFileSystem()
    let faults = NIOLockedValueBox(Faults())
    /// errno of the faults: ENOSPC.
    static let code: Int32 = 28

    func repair() {
        faults.withLockedValue { faults in
            faults.failsAtWrite = nil
            faults.failsAtSync = nil
            faults.failsAtCreate = nil
            faults.failsAtCall = nil
        }
    }

    private func pass(_ operation: String, _ path: String) throws(FileFailure) {
        if let failure = faults.withLockedValue({ $0.failure(operation, path) }) { throw failure }
    }

    func makeFolder(_ path: String) throws(FileFailure) {
        try pass("mkdir", path)
        try disk.makeFolder(path)
    }
    func create(_ path: String) throws(FileFailure) -> any SpoolFile {
        try pass("open", path)
        let fails = faults.withLockedValue { faults in
            faults.creates += 1
            return faults.failsAtCreate.map { faults.creates >= $0 } ?? false
        }
        if fails { throw FileFailure("open", path, code: Self.code) }
        return FaultyFile(file: try disk.create(path), path: path, faults: faults)
    }
    func open(_ path: String) throws(FileFailure) -> any SpoolFile {
        FaultyFile(file: try disk.open(path), path: path, faults: faults)
    }
    func lock(_ path: String) throws(FileFailure) -> (any SpoolFile)? { try disk.lock(path) }
    func rename(_ path: String, to other: String) throws(FileFailure) {
        try pass("rename", path)
        try disk.rename(path, to: other)
    }
    func remove(_ path: String) throws(FileFailure) {
        try pass("unlink", path)
        try disk.remove(path)
    }
    func names(in folder: String) throws(FileFailure) -> [String] { try disk.names(in: folder) }
    func syncFolder(_ path: String) throws(FileFailure) {
        faults.withLockedValue { $0.folderSyncs += 1 }
        try pass("fsync", path)
        try disk.syncFolder(path)
    }
    func read(_ path: String, from offset: Int, length: Int) throws(FileFailure) -> ByteBuffer {
        try disk.read(path, from: offset, length: length)
    }
    func size(of path: String) throws(FileFailure) -> Int { try disk.size(of: path) }
    func freeOctets(at path: String) throws(FileFailure) -> Int {
        if let free = faults.withLockedValue({ $0.freeOctets }) { return free }
        return try disk.freeOctets(at: path)
    }
}

private struct FaultyFile: SpoolFile {
    let file: any SpoolFile
    let path: String
    let faults: NIOLockedValueBox<FaultyFileSystem.Faults>

    /// A write that fails leaves half of its octets behind.
    func append(_ octets: ByteBuffer) throws(FileFailure) {
        let fails = faults.withLockedValue { faults in
            faults.writes += 1
            if faults.failure("write", path) != nil { return true }
            return faults.failsAtWrite.map { faults.writes >= $0 } ?? false
        }
        guard fails else { return try file.append(octets) }
        if let half = octets.getSlice(at: octets.readerIndex, length: octets.readableBytes / 2) { try file.append(half) }
        throw FileFailure("write", path, code: FaultyFileSystem.code)
    }

    func truncate(to size: Int) throws(FileFailure) {
        if let failure = faults.withLockedValue({ $0.failure("ftruncate", path) }) { throw failure }
        try file.truncate(to: size)
    }

    func sync() throws(FileFailure) {
        let fails = faults.withLockedValue { faults in
            faults.syncs += 1
            if faults.failure("fdatasync", path) != nil { return true }
            return faults.failsAtSync.map { faults.syncs >= $0 } ?? false
        }
        if fails { throw FileFailure("fdatasync", path, code: 5) }
        try file.sync()
    }

    func close() { file.close() }
}
