internal import Glibc
package import NIOCore

extension Span<UInt8> {
    /// The offset of the first `octet` in `start..<end`, or nil. For a loop over lines: what a buffer asks each time is asked once.
    /// Uses `memchr`: several gigabytes a second.
    ///
    /// - Parameter end: nil for the end of the span.
    package func firstOffset(of octet: UInt8, from start: Int = 0, to end: Int? = nil) -> Int? {
        let end = min(end ?? count, count)
        guard start < end else { return nil }
        return unsafe withUnsafeBufferPointer { octets in
            guard let base = octets.baseAddress else { return nil }
            guard let found = unsafe memchr(base + start, Int32(octet), end - start) else { return nil }
            return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base)
        }
    }
}

extension ByteBuffer {
    /// The distance from the reader index to the first `octet` at or after `start` octets behind it, or nil.
    package func firstOffset(of octet: UInt8, from start: Int = 0) -> Int? {
        readableBytesUInt8Span.firstOffset(of: octet, from: start)
    }
}
