internal import NIOCore

/// The end of the journal: appends frames to the newest segment and begins another when that is long enough. Used by the
/// writer thread alone.
struct SegmentWriter {
    let files: any SpoolFileSystem
    let folder: String
    let seed: UInt32
    let limit: Int
    /// The number of the segment that is written to, or the next one.
    private(set) var number: Int
    private var file: (any SpoolFile)?
    private var length = 0

    init(files: any SpoolFileSystem, folder: String, seed: UInt32, limit: Int, number: Int) {
        self.files = files
        self.folder = folder
        self.seed = seed
        self.limit = limit
        self.number = number
    }

    /// Appends all frames and makes them durable with one flush.
    ///
    /// - Returns: the offset of the first; the others follow it.
    /// - Throws: `.disk` with nothing appended; `.broken` where a flush failed or what was appended in part cannot be taken
    ///   back.
    mutating func append(_ frames: [ByteBuffer]) throws(SpoolFailure) -> Int {
        if length >= limit { close() }
        let file = if let open = file { open } else { try begin() }
        let start = length
        do {
            for chunk in Self.joined(frames) { try file.append(chunk) }
        } catch {
            do { try file.truncate(to: start) } catch { throw .broken }
            throw .disk(error)
        }
        do { try file.sync() } catch { throw .broken }
        length += frames.reduce(0) { $0 + $1.readableBytes }
        return start
    }

    mutating func close() {
        guard let open = file else { return }
        open.close()
        file = nil
        number += 1
    }

    static func name(_ number: Int) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: max(0, 16 - digits.count)) + digits + ".log"
    }

    private mutating func begin() throws(SpoolFailure) -> any SpoolFile {
        let path = "\(folder)/\(Self.name(number))"
        let created: any SpoolFile
        do { created = try files.create(path) } catch { throw .disk(error) }
        do {
            try created.append(JournalFile.header(seed: seed))
        } catch {
            created.close()
            number += 1
            try? files.remove(path)
            throw .disk(error)
        }
        do { try files.syncFolder(folder) } catch { throw .broken }
        file = created
        length = JournalFile.head
        return created
    }

    /// Small frames in one write, large ones as they are.
    private static func joined(_ frames: [ByteBuffer]) -> [ByteBuffer] {
        guard frames.count > 1 else { return frames }
        var chunks: [ByteBuffer] = []
        var small = ByteBuffer()
        for frame in frames {
            if frame.readableBytes > 64 << 10 {
                if small.readableBytes > 0 { chunks.append(small) }
                small = ByteBuffer()
                chunks.append(frame)
            } else {
                small.writeImmutableBuffer(frame)
            }
        }
        if small.readableBytes > 0 { chunks.append(small) }
        return chunks
    }
}
