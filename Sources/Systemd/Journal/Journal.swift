internal import CSystemd
internal import Glibc

/// The journal of this machine, systemd-journald(8).
package enum Journal {
    /// Whether standard error leads to the journal, so that its own protocol may take its place (systemd.exec(5),
    /// $JOURNAL_STREAM).
    package static var isStandardError: Bool {
        guard let text = unsafe getenv("JOURNAL_STREAM") else { return false }
        let parts = unsafe String(cString: text).split(separator: ":")
        var status = stat()
        guard parts.count == 2, unsafe fstat(STDERR_FILENO, &status) == 0 else { return false }
        return UInt64(parts[0]) == UInt64(status.st_dev) && UInt64(parts[1]) == UInt64(status.st_ino)
    }

    /// Sends one entry; waits where journald does not read, so it is called on a thread of its own.
    static func send(_ entry: JournalEntry) {
        var octets = entry.fields.map { Array("\($0.name)=\($0.value)".utf8) }
        let sizes = octets.map(\.count)
        // One block for all of them, so that the pointers hold until journald has them.
        var all = octets.flatMap { $0 }
        octets = []
        unsafe all.withUnsafeMutableBytes { block in
            guard let base = block.baseAddress else { return }
            var vectors: [iovec] = unsafe []
            var offset = 0
            for size in sizes {
                unsafe vectors.append(iovec(iov_base: base + offset, iov_len: size))
                offset += size
            }
            unsafe sd_journal_sendv(vectors, CInt(vectors.count))
        }
    }
}
