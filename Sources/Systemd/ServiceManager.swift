internal import CSystemd
internal import Glibc

/// What a service tells systemd of itself, sd_notify(3). Where nobody waits for it, nothing is said.
///
/// One datagram to a socket of systemd's own, which is always read: it does not block.
package struct ServiceManager: Sendable {
    package init() {}

    /// All is served.
    package func ready() { tell("READY=1") }

    /// The service ends by itself, or was told to.
    package func stopping() { tell("STOPPING=1") }

    /// Another configuration is being taken; `ready` ends it. The time is what systemd orders the two by.
    package func reloading() {
        var now = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &now)
        tell("RELOADING=1\nMONOTONIC_USEC=\(now.tv_sec * 1_000_000 + now.tv_nsec / 1_000)")
    }

    /// A sentence that `systemctl status` shows; line ends in it become blanks.
    package func status(_ sentence: String) { tell("STATUS=" + sentence.split(separator: "\n").joined(separator: " ")) }

    /// The service lives; said at least twice within `watchdogTime`.
    package func alive() { tell("WATCHDOG=1") }

    /// Within which time systemd wants to hear `alive`, sd_watchdog_enabled(3); nil where it does not.
    package var watchdogTime: Duration? {
        var microseconds: UInt64 = 0
        guard unsafe sd_watchdog_enabled(0, &microseconds) > 0 else { return nil }
        return .microseconds(Int64(clamping: microseconds))
    }

    private func tell(_ words: String) { unsafe sd_notify(0, words) }
}
