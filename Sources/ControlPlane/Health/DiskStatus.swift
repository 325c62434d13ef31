internal import Glibc
package import Mail

/// Room on the disk that a folder lies on.
package struct DiskStatus: Codable, Sendable, Hashable {
    package var folder: String
    package var free: ByteCount
    package var total: ByteCount
    /// File entries (inodes); both 0 where the file system does not count them.
    package var freeEntries: Int
    package var entries: Int

    /// Nil where there is no such folder.
    init?(folder: String) {
        var status = statvfs()
        guard unsafe statvfs(folder, &status) == 0 else { return nil }
        let block = Int(clamping: status.f_frsize)
        self.folder = folder
        free = ByteCount(Int(clamping: status.f_bavail) * block)
        total = ByteCount(Int(clamping: status.f_blocks) * block)
        freeEntries = Int(clamping: status.f_favail)
        entries = Int(clamping: status.f_files)
    }

    init(folder: String, free: ByteCount, total: ByteCount, freeEntries: Int = 0, entries: Int = 0) {
        self.folder = folder
        self.free = free
        self.total = total
        self.freeEntries = freeEntries
        self.entries = entries
    }

    /// - Parameter kept: what stays free, `spool.free_disk`.
    func problems(kept: ByteCount) -> [HealthProblem] {
        var problems: [HealthProblem] = []
        if free < kept {
            problems.append(
                HealthProblem(
                    "disk-full", "\(free) are free at \(folder), less than spool.free_disk (\(kept)): mail is put off (452)",
                    cure: "make room there, or enlarge the disk; mail flows again by itself"))
        } else if free.octets < 2 * kept.octets {
            problems.append(
                HealthProblem(
                    "disk-low", .warning, "\(free) are free at \(folder); below \(kept) mail is put off (452)",
                    cure: "make room there, or enlarge the disk"))
        }
        if entries > 0, freeEntries * 100 < entries * HealthLimits.freeEntries {
            problems.append(
                HealthProblem(
                    "disk-entries", "\(freeEntries) of \(entries) file entries are free at \(folder): each message needs one",
                    cure: "remove files there, or make the file system anew with more inodes"))
        }
        return problems
    }
}
