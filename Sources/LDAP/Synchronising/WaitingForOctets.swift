internal import Glibc

enum WaitingForOctets {
    /// poll(2) on one descriptor.
    static func wait(_ descriptor: Int32, atMost time: Duration) {
        var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let parts = time.components
        _ = unsafe poll(&watched, 1, Int32(parts.seconds * 1000 + parts.attoseconds / 1_000_000_000_000_000))
    }
}
