internal import Glibc
internal import NIOCore

/// The machine's own answers to what tests pass in.
package enum WallClock {
    /// Seconds since 1970.
    package static let seconds: @Sendable () -> Int64 = { Int64(time(nil)) }

    /// Milliseconds since 1970.
    static func milliseconds() -> Int64 {
        var now = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) * 1_000 + Int64(now.tv_nsec) / 1_000_000
    }

    /// Another one after each start of the machine.
    static let bootID: String = {
        let octets = try? FileSystem.real.read("/proc/sys/kernel/random/boot_id", limit: 64)
        return String(decoding: (octets?.readableBytesView ?? ByteBufferView()).filter { $0 > 0x20 }, as: UTF8.self)
    }()
}
