internal import Glibc
package import NIOCore

extension ByteBuffer {
    /// The distance from the reader index to the first `octet` at or after `start` octets behind it, or nil.
    ///
    /// Uses `memchr`: several gigabytes a second.
    package func firstOffset(of octet: UInt8, from start: Int = 0) -> Int? {
        unsafe withUnsafeReadableBytes { bytes in
            guard start < bytes.count, let base = bytes.baseAddress else { return nil }
            guard let found = unsafe memchr(base + start, Int32(octet), bytes.count - start) else { return nil }
            return unsafe UnsafeRawPointer(found) - base
        }
    }
}
