internal import NIOCore

/// The Castagnoli checksum (RFC 3720 §12.1): what tells a whole record from a torn one.
struct CRC32C {
    private var state: UInt32

    /// - Parameter seed: makes checksums of one journal differ from those of another.
    init(seed: UInt32 = 0) { state = ~seed }

    var value: UInt32 { ~state }

    /// Eight octets a step; about a gigabyte a second.
    mutating func update(_ octets: ByteBufferView) {
        let table = Self.table
        var crc = state
        unsafe octets.withUnsafeBytes { octets in
            unsafe table.withUnsafeBufferPointer { table in
                var at = 0
                let eights = octets.count & ~7
                while at < eights {
                    let low = unsafe UInt32(littleEndian: octets.loadUnaligned(fromByteOffset: at, as: UInt32.self)) ^ crc
                    let high = unsafe UInt32(littleEndian: octets.loadUnaligned(fromByteOffset: at + 4, as: UInt32.self))
                    crc = unsafe table[1792 + Int(low & 0xff)] ^ table[1536 + Int(low >> 8 & 0xff)]
                    crc ^= unsafe table[1280 + Int(low >> 16 & 0xff)] ^ table[1024 + Int(low >> 24)]
                    crc ^= unsafe table[768 + Int(high & 0xff)] ^ table[512 + Int(high >> 8 & 0xff)]
                    crc ^= unsafe table[256 + Int(high >> 16 & 0xff)] ^ table[Int(high >> 24)]
                    at += 8
                }
                while at < octets.count {
                    crc = unsafe crc >> 8 ^ table[Int((crc ^ UInt32(octets[at])) & 0xff)]
                    at += 1
                }
            }
        }
        state = crc
    }

    /// Eight tables of 256, one behind the other.
    private static let table: [UInt32] = {
        var table = [UInt32](repeating: 0, count: 2048)
        for index in 0..<256 {
            var crc = UInt32(index)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82f6_3b78 : crc >> 1 }
            table[index] = crc
        }
        for index in 256..<2048 { table[index] = table[index - 256] >> 8 ^ table[Int(table[index - 256] & 0xff)] }
        return table
    }()
}
