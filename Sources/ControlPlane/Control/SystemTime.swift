internal import Glibc

/// The wall clock.
package enum SystemTime {
    /// Seconds since 1970.
    package static var seconds: Int64 { Int64(time(nil)) }
}
