internal import NIOCore

/// Writes files one after the other as a ZIP archive (PKWARE APPNOTE 6.3), as they come and without compressing: most attachments
/// are compressed already. Sizes stand behind each file, so nothing need be known before. Archives end below 4 GiB.
struct ZipArchive {
    private struct Entry {
        var name: [UInt8]
        var checksum = CRC32()
        var size: UInt32 = 0
        var offset: UInt32
    }

    /// Octets of the message whose files are archived, so that every offset fits.
    static let limit = 3 << 30

    /// A moment as MS-DOS counts it: bits of the date, and bits of the time.
    private let date: UInt16
    private let time: UInt16
    private var names: Set<String> = []
    private var entries: [Entry] = []
    private var position: UInt32 = 0

    init(at moment: CivilMoment) {
        let year = max(1980, min(2107, moment.year))
        date = UInt16((year - 1980) << 9 | moment.month << 5 | moment.dayOfMonth)
        time = UInt16((moment.minutes / 60) << 11 | (moment.minutes % 60) << 5 | moment.second / 2)
    }

    /// The header of the next file. A name that was there before gets a number.
    mutating func begin(_ name: String) -> ByteBuffer {
        let entry = Entry(name: Array(unused(name).utf8.prefix(Int(UInt16.max))), offset: position)
        var output = ByteBuffer()
        output.writeInteger(0x0403_4b50 as UInt32, endianness: .little)
        writeCommon(&output)
        // Checksum and sizes: zero here, told behind the file.
        output.writeRepeatingByte(0, count: 12)
        output.writeInteger(UInt16(entry.name.count), endianness: .little)
        output.writeInteger(0 as UInt16, endianness: .little)
        output.writeBytes(entry.name)
        entries.append(entry)
        position += UInt32(output.readableBytes)
        return output
    }

    /// Notes the file's next octets, which are written as they are.
    mutating func add(_ octets: ByteBuffer) {
        guard !entries.isEmpty else { return }
        entries[entries.count - 1].checksum.add(octets)
        entries[entries.count - 1].size += UInt32(octets.readableBytes)
        position += UInt32(octets.readableBytes)
    }

    /// What stands behind a file.
    mutating func end() -> ByteBuffer {
        guard let entry = entries.last else { return ByteBuffer() }
        var output = ByteBuffer()
        output.writeInteger(0x0807_4b50 as UInt32, endianness: .little)
        writeSizes(of: entry, &output)
        position += UInt32(output.readableBytes)
        return output
    }

    /// The directory, at the archive's end.
    func finish() -> ByteBuffer {
        var output = ByteBuffer()
        for entry in entries {
            output.writeInteger(0x0201_4b50 as UInt32, endianness: .little)
            output.writeInteger(20 as UInt16, endianness: .little)
            writeCommon(&output)
            writeSizes(of: entry, &output)
            output.writeInteger(UInt16(entry.name.count), endianness: .little)
            output.writeRepeatingByte(0, count: 12)
            output.writeInteger(entry.offset, endianness: .little)
            output.writeBytes(entry.name)
        }
        let size = UInt32(output.readableBytes)
        output.writeInteger(0x0605_4b50 as UInt32, endianness: .little)
        output.writeInteger(0 as UInt32, endianness: .little)
        for _ in 0..<2 { output.writeInteger(UInt16(clamping: entries.count), endianness: .little) }
        output.writeInteger(size, endianness: .little)
        output.writeInteger(position, endianness: .little)
        output.writeInteger(0 as UInt16, endianness: .little)
        return output
    }

    /// Version 2.0, sizes behind the file and names in UTF-8 (bits 3 and 11), stored, date.
    private func writeCommon(_ output: inout ByteBuffer) {
        for value in [20, 0x0808, 0, time, date] as [UInt16] { output.writeInteger(value, endianness: .little) }
    }

    private func writeSizes(of entry: Entry, _ output: inout ByteBuffer) {
        for value in [entry.checksum.value, entry.size, entry.size] { output.writeInteger(value, endianness: .little) }
    }

    private mutating func unused(_ name: String) -> String {
        let clean = Uploads.clean(name)
        var (candidate, number) = (clean, 2)
        while !names.insert(candidate.lowercased()).inserted {
            let dot = clean.lastIndex(of: ".").flatMap { $0 == clean.startIndex ? nil : $0 } ?? clean.endIndex
            candidate = "\(clean[..<dot]) (\(number))\(clean[dot...])"
            number += 1
        }
        return candidate
    }
}

/// The checksum of ZIP and of many others: polynomial 0xEDB88320.
struct CRC32 {
    private var state = UInt32.max

    var value: UInt32 { ~state }

    mutating func add(_ octets: ByteBuffer) {
        var state = state
        for octet in octets.readableBytesView { state = state >> 8 ^ Self.table[Int(UInt8(truncatingIfNeeded: state) ^ octet)] }
        self.state = state
    }

    private static let table: [UInt32] = (0..<256).map { (index: UInt32) -> UInt32 in
        var value = index
        for _ in 0..<8 { value = value & 1 == 1 ? (value >> 1) ^ 0xedb8_8320 : value >> 1 }
        return value
    }
}
