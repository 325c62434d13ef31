package import MIME
package import NIOCore
internal import Wire

/// A message as a program hands it to sendmail: lines ended as Unix does, perhaps without all its fields.
package struct GivenMessage: Sendable {
    /// Octets; what is longer is refused before it is sent.
    package static let largest = 100 << 20

    private let header: Header
    private let body: ByteBuffer

    /// - Parameters:
    ///   - octets: as they came. LF, CRLF and, in old files, CR end a line; all become CRLF.
    ///   - endsAtDot: whether a line with a dot alone ends the message.
    package init(_ octets: ByteBuffer, endsAtDot: Bool) {
        var lines = ByteBuffer()
        lines.reserveCapacity(octets.readableBytes + octets.readableBytes / 32 + 2)
        var rest = octets
        while let line = Self.line(from: &rest) {
            if endsAtDot, line.readableBytes == 1, line.readableBytesView.first == 0x2e { break }
            lines.writeImmutableBuffer(line)
            lines.writeStaticString("\r\n")
        }
        (header, body) = Self.split(lines)
    }

    private static func line(from rest: inout ByteBuffer) -> ByteBuffer? {
        guard rest.readableBytes > 0 else { return nil }
        let view = rest.readableBytesView
        guard let end = view.firstIndex(where: { $0 == 0x0a || $0 == 0x0d }) else { return rest.readSlice(length: view.count) }
        let line = rest.readSlice(length: end - view.startIndex)
        let first = rest.readInteger(as: UInt8.self)
        if first == 0x0d, rest.readableBytesView.first == 0x0a { rest.moveReaderIndex(forwardBy: 1) }
        return line
    }

    /// A first line that is no field, but for mbox's `From `, begins the body: scripts pipe bare text.
    private static func split(_ lines: ByteBuffer) -> (Header, ByteBuffer) {
        var rest = lines
        if rest.readableBytesView.starts(with: Array("From ".utf8)), let end = rest.readableBytesView.firstIndex(of: 0x0a) {
            rest.moveReaderIndex(to: end + 1)
        }
        // Octets before the reader's place cannot be had from `rest` any more.
        let whole = rest
        var isFirst = true
        while true {
            let view = rest.readableBytesView
            guard let end = view.firstIndex(of: 0x0a) else { break }
            let line = view[..<end]
            if line.first == 0x0d {
                let header = whole.getSlice(at: whole.readerIndex, length: rest.readerIndex - whole.readerIndex) ?? ByteBuffer()
                rest.moveReaderIndex(to: end + 1)
                return (Header(header, limit: .max), rest)
            }
            let isContinued = !isFirst && (line.first == 0x20 || line.first == 0x09)
            guard isContinued || Self.isField(line) else { break }
            isFirst = false
            rest.moveReaderIndex(to: end + 1)
        }
        let header = whole.getSlice(at: whole.readerIndex, length: rest.readerIndex - whole.readerIndex) ?? ByteBuffer()
        return (Header(header, limit: .max), rest)
    }

    /// RFC 5322 §2.2: printable ASCII and a colon.
    private static func isField(_ line: ByteBufferView) -> Bool {
        guard let colon = line.firstIndex(of: 0x3a), colon > line.startIndex else { return false }
        return line[..<colon].allSatisfy { (0x21...0x7e).contains($0) }
    }

    /// What stands in To, Cc and Bcc.
    package var recipients: [HeaderAddress] {
        let names: [FieldName] = ["to", "cc", "bcc"]
        return names.flatMap { header.values($0) }.flatMap { AddressList($0).addresses }
    }

    /// The message to send: with a From field, without Bcc (RFC 5322 §3.6.3). Date and Message-ID are the server's to add.
    package func octets(from address: String, name: String?) -> ByteBuffer {
        var result = ByteBuffer()
        if !header.contains("from") {
            result.writeString("From: " + (name.map { "\(Self.phrase($0)) <\(address)>" } ?? address) + "\r\n")
        }
        result.writeImmutableBuffer(FieldSelection(["bcc"], excluded: true).lines(in: header.octets))
        result.writeStaticString("\r\n")
        result.writeImmutableBuffer(body)
        return result
    }

    /// RFC 5322 §3.2.4: a quoted string; what cannot stand in one is left out.
    private static func phrase(_ name: String) -> String {
        let plain = name.unicodeScalars.filter { (0x20...0x7e).contains($0.value) && $0 != "\"" && $0 != "\\" }
        return "\"\(String(String.UnicodeScalarView(plain)))\""
    }
}
