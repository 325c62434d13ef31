/// A number of octets, written `50 MB` in files: 1 KB is 1024 octets.
package struct ByteCount: Hashable, Sendable, Comparable, Codable {
    package let octets: Int

    package init(_ octets: Int) { self.octets = octets }

    package static func < (left: ByteCount, right: ByteCount) -> Bool { left.octets < right.octets }

    package static func kilobytes(_ count: Int) -> ByteCount { ByteCount(count << 10) }
    package static func megabytes(_ count: Int) -> ByteCount { ByteCount(count << 20) }
    package static func gigabytes(_ count: Int) -> ByteCount { ByteCount(count << 30) }

    package init(from decoder: any Decoder) throws { octets = try decoder.singleValueContainer().decode(Int.self) }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(octets)
    }
}

extension ByteCount: CustomStringConvertible {
    /// With one decimal below ten units: `1.4 MB`, `84 KB`, `512 B`.
    package var description: String {
        let units = ["KB", "MB", "GB", "TB"]
        guard octets >= 1024 else { return "\(octets) B" }
        var tenths = octets * 10 / 1024
        var unit = 0
        while tenths >= 10240, unit < units.count - 1 {
            tenths /= 1024
            unit += 1
        }
        let shown = tenths < 100 && tenths % 10 != 0 ? "\(tenths / 10).\(tenths % 10)" : "\(tenths / 10)"
        return "\(shown) \(units[unit])"
    }
}
