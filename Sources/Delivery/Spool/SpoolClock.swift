internal import Glibc

/// The wall clock in the spool's unit.
package enum SpoolClock {
    /// Microseconds since 1970.
    package static let microseconds: @Sendable () -> UInt64 = {
        var time = timespec()
        guard unsafe clock_gettime(CLOCK_REALTIME, &time) == 0 else { return 0 }
        return UInt64(max(0, time.tv_sec)) * 1_000_000 + UInt64(time.tv_nsec) / 1_000
    }
}
