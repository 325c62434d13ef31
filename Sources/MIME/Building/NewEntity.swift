internal import NIOCore
internal import Wire

/// An entity of a message that is being made: its Content fields, and what it is made of.
indirect enum NewEntity {
    case text(String, type: ContentType.Written)
    case part(NewPart)
    /// Octets that are written as they are: fields of a delivery status, a message's header.
    case verbatim(ByteBuffer, type: String)
    case multipart(subtype: String, parameters: [(name: String, value: String)], children: [NewEntity])

    /// Octets read of a stream at once: a whole number of Base64 lines.
    private static var pieceLength: Int { TransferEncoder.base64Line * 1024 }

    /// Writes Content fields, the empty line and the body.
    ///
    /// - Parameters:
    ///   - fields: fields written already, to which these are added.
    ///   - sink: takes the octets, some 80 KB at a time at most where parts are streamed.
    func write(_ fields: FieldWriter, boundaries: inout BoundarySequence, to sink: (ByteBuffer) throws -> Void) throws {
        var fields = fields
        switch self {
        case .text(let text, let type): try writeText(text, type, &fields, sink)
        case .part(let part): try Self.writePart(part, &fields, sink)
        case .verbatim(let octets, let type):
            fields.words("Content-Type", [type])
            if !OctetTraits(octets).isSevenBit { fields.words("Content-Transfer-Encoding", ["8bit"]) }
            fields.endHeader()
            try sink(fields.buffer)
            try sink(octets)
        case .multipart(let subtype, let parameters, let children):
            let boundary = boundaries.next()
            fields.parameterized("Content-Type", "multipart/\(subtype)", parameters + [("boundary", boundary)])
            if hasEightBit { fields.words("Content-Transfer-Encoding", ["8bit"]) }
            fields.endHeader()
            try sink(fields.buffer)
            for child in children {
                try sink(ByteBuffer(string: "--\(boundary)\r\n"))
                try child.write(FieldWriter(), boundaries: &boundaries, to: sink)
                try sink(ByteBuffer(string: "\r\n"))
            }
            try sink(ByteBuffer(string: "--\(boundary)--\r\n"))
        }
    }

    /// RFC 2045 §6.4: what holds 8-bit octets says so.
    private var hasEightBit: Bool {
        switch self {
        case .text: false
        case .verbatim(let octets, _): !OctetTraits(octets).isSevenBit
        case .part(let part):
            if case .octets(let octets) = part.source, part.isSendableMessage { !OctetTraits(octets).isSevenBit } else { false }
        case .multipart(_, _, let children): children.contains(where: \.hasEightBit)
        }
    }

    private func writeText(
        _ text: String, _ type: ContentType.Written, _ fields: inout FieldWriter, _ sink: (ByteBuffer) throws -> Void
    ) throws {
        let octets = Self.withLineEnds(text)
        let encoding = TransferEncoder.encoding(forText: octets)
        let isASCII = OctetTraits(octets).isSevenBit
        fields.parameterized("Content-Type", type.essence, [("charset", isASCII ? "us-ascii" : "utf-8")] + type.parameters)
        var body = ByteBuffer()
        switch encoding {
        case .base64:
            fields.words("Content-Transfer-Encoding", ["base64"])
            TransferEncoder.base64(octets, into: &body)
        case .quotedPrintable:
            fields.words("Content-Transfer-Encoding", ["quoted-printable"])
            TransferEncoder.quotedPrintable(octets, into: &body)
        default: body = octets
        }
        fields.endHeader()
        try sink(fields.buffer)
        try sink(body)
    }

    private static func writePart(_ part: NewPart, _ fields: inout FieldWriter, _ sink: (ByteBuffer) throws -> Void) throws {
        let name = part.name.map { [(name: "name", value: $0)] } ?? []
        let fileName = part.name.map { [(name: "filename", value: $0)] } ?? []
        let isMessage = part.isSendableMessage
        fields.parameterized("Content-Type", part.writtenType, name)
        fields.parameterized("Content-Disposition", part.isInline ? "inline" : "attachment", fileName)
        if let id = part.contentID { fields.identifiers("Content-ID", [id]) }
        if isMessage, case .octets(let octets) = part.source {
            if !OctetTraits(octets).isSevenBit { fields.words("Content-Transfer-Encoding", ["8bit"]) }
            fields.endHeader()
            try sink(fields.buffer)
            return try sink(octets)
        }
        fields.words("Content-Transfer-Encoding", ["base64"])
        fields.endHeader()
        try sink(fields.buffer)
        try part.forEachPiece(of: pieceLength) { piece in
            var encoded = ByteBuffer()
            TransferEncoder.base64(piece, into: &encoded)
            try sink(encoded)
        }
    }

    /// Every kind of line end becomes CRLF.
    static func withLineEnds(_ text: String) -> ByteBuffer {
        var octets: [UInt8] = []
        octets.reserveCapacity(text.utf8.count + text.utf8.count / 32)
        var previous: UInt8 = 0
        for octet in text.utf8 {
            if octet == .lineFeed {
                if previous != .carriageReturn { octets += [.carriageReturn, .lineFeed] }
            } else if octet == .carriageReturn {
                octets += [.carriageReturn, .lineFeed]
            } else {
                octets.append(octet)
            }
            previous = octet
        }
        return ByteBuffer(bytes: octets)
    }
}

extension ContentType {
    /// A text type to be written; its charset is added.
    struct Written {
        let essence: String
        var parameters: [(name: String, value: String)] = []
    }
}

extension NewPart {
    /// RFC 2046 §5.2.1 allows no Base64 around a message, so one that no transport takes as it is goes as plain octets.
    var isSendableMessage: Bool {
        guard type.lowercased() == "message/rfc822", case .octets(let octets) = source else { return false }
        let traits = OctetTraits(octets)
        return !traits.hasNUL && !traits.hasLongLine && !traits.hasBareLineEnd
    }

    var writtenType: String {
        guard let type = ContentType(ByteBuffer(string: type)), type.type != "multipart" else {
            return "application/octet-stream"
        }
        if type.isMessage, !isSendableMessage { return "application/octet-stream" }
        return type.essence
    }

    func forEachPiece(of length: Int, _ body: (ByteBuffer) throws -> Void) throws {
        switch source {
        case .octets(var octets):
            while let piece = octets.readSlice(length: min(length, octets.readableBytes)), piece.readableBytes > 0 {
                try body(piece)
            }
        case .stream(let size, let read):
            var offset = 0
            while offset < size {
                let piece = try read(offset, min(length, size - offset))
                guard piece.readableBytes == min(length, size - offset) else { throw NewPartError.shortRead(offset: offset) }
                try body(piece)
                offset += piece.readableBytes
            }
        }
    }
}

/// Why a part could not be written.
package enum NewPartError: Error, Hashable, Sendable {
    /// A stream gave fewer octets than its size says, from that offset on.
    case shortRead(offset: Int)
}

/// Boundaries that no part can contain: they are made of a random token, and `=_` stands in no Base64 or quoted-printable.
struct BoundarySequence {
    private let token: String
    private var count = 0

    init(token: String) {
        let safe = token.utf8.filter { ByteClass.letter.contains($0) || ByteClass.digit.contains($0) }.prefix(50)
        self.token = String(decoding: Array(safe), as: UTF8.self)
    }

    mutating func next() -> String {
        count += 1
        return "=_\(token)_\(count)"
    }
}
