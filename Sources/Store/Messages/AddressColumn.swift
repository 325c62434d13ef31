internal import MIME

/// Address lists as columns: an address a line, name and address with a tab between, and behind another tab the group's name.
enum AddressColumn {
    static func write(_ addresses: [HeaderAddress]) -> String {
        addresses.map { address in
            let line = "\(clean(address.name))\t\(clean(address.address))"
            return address.group.map { "\(line)\t\(clean($0))" } ?? line
        }.joined(separator: "\n")
    }

    static func writeOrNull(_ addresses: [HeaderAddress]) -> String? { addresses.isEmpty ? nil : write(addresses) }

    static func read(_ column: String?) -> [HeaderAddress] {
        guard let column, !column.isEmpty else { return [] }
        return column.utf8.split(separator: UInt8(ascii: "\n")).map { line in
            let fields = line.split(separator: UInt8(ascii: "\t"), maxSplits: 2, omittingEmptySubsequences: false)
                .map { String(Substring($0)) }
            return HeaderAddress(
                name: fields[0], address: fields.count > 1 ? fields[1] : "", group: fields.count > 2 ? fields[2] : nil)
        }
    }

    /// Control characters, the column's own among them, become spaces.
    private static func clean(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 < 0x20 }) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 ? " " : $0 }))
    }
}
