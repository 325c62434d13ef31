package import NIOCore
internal import NIOPosix

extension Spool {
    /// A message's first octets.
    package func beginning(of entry: SpoolEntry, octets: Int) async throws(SpoolFailure) -> ByteBuffer {
        switch try await body(of: entry) {
        case .octets(let body): return body.getSlice(at: body.readerIndex, length: min(octets, body.readableBytes)) ?? body
        case .file(let file):
            let (files, length) = (files, min(octets, entry.size))
            guard
                let read = try? await bodyThreads.runIfActive({
                    try files.read(file.path, from: file.traceLines, length: length)
                })
            else { throw .unreadable }
            return read
        }
    }

    /// A message's header with its last line's CRLF; of one longer than `limit` octets, whole lines of its beginning.
    package func header(of entry: SpoolEntry, limit: Int) async throws(SpoolFailure) -> ByteBuffer {
        let start = try await beginning(of: entry, octets: limit)
        let view = start.readableBytesView
        var (at, end) = (view.startIndex, view.startIndex)
        while let newline = view[at...].firstIndex(of: UInt8(ascii: "\n")) {
            if newline - at <= 1 { break }
            at = newline + 1
            end = at
        }
        return start.getSlice(at: start.readerIndex, length: end - view.startIndex) ?? ByteBuffer()
    }
}
