internal import CLinux
internal import Glibc

/// Wakes the one thread that waits at it (eventfd(2)). Any thread may ring.
final class Bell: Sendable {
    let descriptor: Int32

    init() throws(FileError) {
        descriptor = malaposta_eventfd()
        guard descriptor >= 0 else { throw FileError(call: "eventfd", path: "", code: errno) }
    }

    deinit { close(descriptor) }

    func ring() {
        var one: UInt64 = 1
        _ = unsafe write(descriptor, &one, MemoryLayout.size(ofValue: one))
    }

    /// Until it is rung again.
    func silence() {
        var count: UInt64 = 0
        _ = unsafe read(descriptor, &count, MemoryLayout.size(ofValue: count))
    }
}
