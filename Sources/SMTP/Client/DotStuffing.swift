package import NIOCore
internal import Wire

/// Makes of a message what goes over the wire between DATA's 354 and its answer: a dot more before each line that begins
/// with one (RFC 5321 §4.5.2), and the final `.`. Works on pieces of any size.
package struct DotStuffing: Sendable {
    private var previous: (UInt8, UInt8) = (.carriageReturn, .lineFeed)

    package init() {}

    /// Appends `octets` to `output`.
    ///
    /// - Throws: `.bareLineEnd`; nothing more may be sent then, and the connection has to be cut.
    package mutating func add(_ octets: ByteBuffer, to output: inout ByteBuffer) throws(ClientError) {
        var rest = octets
        output.reserveCapacity(output.readableBytes + rest.readableBytes + 16)
        while let first = rest.getInteger(at: rest.readerIndex, as: UInt8.self) {
            if first == UInt8(ascii: "."), previous == (.carriageReturn, .lineFeed) { output.writeInteger(first) }
            let length = rest.firstOffset(of: .lineFeed).map { $0 + 1 } ?? rest.readableBytes
            guard var piece = rest.readSlice(length: length) else { break }
            try check(piece)
            note(piece)
            output.writeBuffer(&piece)
        }
    }

    /// Appends the end, with a line end before it where the message has none.
    package func finish(to output: inout ByteBuffer) throws(ClientError) {
        guard previous.1 != .carriageReturn else { throw .bareLineEnd }
        output.writeString(previous == (.carriageReturn, .lineFeed) ? ".\r\n" : "\r\n.\r\n")
    }

    /// A piece ends in LF or at the end of what there is.
    private func check(_ piece: ByteBuffer) throws(ClientError) {
        let count = piece.readableBytes
        let endsInLineFeed = piece.getInteger(at: piece.writerIndex - 1) == UInt8.lineFeed
        if previous.1 == .carriageReturn, !(count == 1 && endsInLineFeed) { throw .bareLineEnd }
        if endsInLineFeed {
            let before = count > 1 ? piece.getInteger(at: piece.writerIndex - 2) : previous.1
            guard before == UInt8.carriageReturn else { throw .bareLineEnd }
        }
        guard let found = piece.firstOffset(of: .carriageReturn) else { return }
        guard found == (endsInLineFeed ? count - 2 : count - 1) else { throw .bareLineEnd }
    }

    private mutating func note(_ piece: ByteBuffer) {
        guard let last = piece.getInteger(at: piece.writerIndex - 1, as: UInt8.self) else { return }
        let before = piece.readableBytes > 1 ? piece.getInteger(at: piece.writerIndex - 2, as: UInt8.self) : previous.1
        previous = (before ?? 0, last)
    }
}
