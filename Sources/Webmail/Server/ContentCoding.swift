internal import CZlib
package import NIOCore

/// Content codings of answers (RFC 9110 §8.4.1): gzip (RFC 1952), or none.
///
/// Pages are never compressed: they hold forgery tokens beside what others have written, and the length of such a page would tell
/// of the token (BREACH). So are event streams, whose events would wait in the compressor.
package enum ContentCoding {
    /// Whether `Accept-Encoding` asks for gzip rather than for the thing itself (RFC 9110 §12.5.3). Without the field nothing is
    /// compressed, as its absence says no more than that the client does not care.
    package static func wantsGzip(_ field: String?) -> Bool {
        var gzip: Int?
        var identity: Int?
        var others: Int?
        for member in (field ?? "").lowercased().split(separator: ",") {
            let parts = member.split(separator: ";", omittingEmptySubsequences: false).map(trimmed)
            let weight = weight(parts.dropFirst())
            switch parts[0] {
            // RFC 9110 §8.4.1.3.
            case "gzip", "x-gzip": gzip = max(gzip ?? 0, weight)
            case "identity": identity = weight
            case "*": others = weight
            default: break
            }
        }
        let wanted = gzip ?? others ?? 0
        return wanted > 0 && wanted >= identity ?? 0
    }

    /// Thousandths (RFC 9110 §12.4.2): `q=0.5` is 500. What is no weight is none.
    private static func weight(_ parameters: some Sequence<Substring>) -> Int {
        for parameter in parameters where parameter.hasPrefix("q=") {
            guard let number = Double(parameter.dropFirst(2)), (0...1).contains(number) else { return 0 }
            return Int(number * 1_000)
        }
        return 1_000
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        var text = text.drop(while: isBlank)
        while text.last.map(isBlank) == true { text.removeLast() }
        return text
    }

    /// One gzip member, as small as zlib makes it; nil where that is not smaller. Some milliseconds of processor for 100 KB: for
    /// what is made once.
    package static func gzip(_ octets: ByteBuffer) -> ByteBuffer? {
        var stream = unsafe z_stream()
        // 16 beside the window's 15 bits asks for gzip's frame; it names no file and no time, so that the same comes out each time.
        guard
            unsafe deflateInit2_(
                &stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                CInt(MemoryLayout<z_stream>.size)) == Z_OK
        else { return nil }
        defer { unsafe deflateEnd(&stream) }
        var input = Array(octets.readableBytesView)
        var output = [UInt8](repeating: 0, count: input.count)
        let isWhole = unsafe input.withUnsafeMutableBufferPointer { input in
            unsafe output.withUnsafeMutableBufferPointer { output in
                unsafe stream.next_in = input.baseAddress
                unsafe stream.avail_in = UInt32(input.count)
                unsafe stream.next_out = output.baseAddress
                unsafe stream.avail_out = UInt32(output.count)
                // An output that is full before the end is no smaller than the input.
                return unsafe deflate(&stream, Z_FINISH) == Z_STREAM_END
            }
        }
        guard isWhole, unsafe Int(stream.total_out) < input.count else { return nil }
        return unsafe ByteBuffer(bytes: output.prefix(Int(stream.total_out)))
    }
}
