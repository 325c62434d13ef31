internal import MIME
internal import Mail
internal import NIOCore
internal import Store

/// A message of which sections are fetched. Its structure is found once, when a part is first asked for, while its octets
/// go by: no more than a chunk of it is in memory.
final class OpenedMessage {
    private let content: MessageContent
    private let limits: IMAPLimits
    private var structure: MessageStructure?
    /// The first chunk, as small messages are read whole with it.
    private var beginning: ByteBuffer?

    init(_ content: MessageContent, limits: IMAPLimits) {
        self.content = content
        self.limits = limits
    }

    /// Where the section's octets are; nil where the message has no such section.
    func range(of section: Section) async throws -> Range<Int>? {
        guard !section.part.isEmpty else { return section.range(size: content.size, headerSize: content.headerSize) }
        return try await parsed().range(of: section.inMIME)
    }

    /// The octets of the header that HEADER.FIELDS looks at, bounded by `limits.headerSize`.
    func header(of part: [Int]) async throws -> ByteBuffer? {
        guard let range = try await range(of: Section(part: part, text: .header)) else { return nil }
        var header = ByteBuffer()
        let end = min(range.upperBound, range.lowerBound + limits.headerSize.octets)
        while range.lowerBound + header.readableBytes < end {
            let offset = range.lowerBound + header.readableBytes
            let chunk = try await read(offset, min(limits.contentChunk.octets, end - offset))
            guard chunk.readableBytes > 0 else { throw MessageCutShort() }
            header.writeImmutableBuffer(chunk)
        }
        return header
    }

    func read(_ offset: Int, _ length: Int) async throws -> ByteBuffer {
        if beginning == nil, offset < limits.contentChunk.octets {
            beginning = try await content.read(offset: 0, length: limits.contentChunk.octets)
        }
        if let beginning, offset < beginning.readableBytes {
            let available = min(length, beginning.readableBytes - offset)
            return beginning.getSlice(at: beginning.readerIndex + offset, length: available) ?? ByteBuffer()
        }
        return try await content.read(offset: offset, length: length)
    }

    private func parsed() async throws -> MessageStructure {
        if let structure { return structure }
        var scanner = StructureScanner()
        let end = min(content.size, limits.parsedMessage.octets)
        var offset = 0
        while offset < end {
            let chunk = try await read(offset, limits.contentChunk.octets)
            guard chunk.readableBytes > 0 else { throw MessageCutShort() }
            offset += chunk.readableBytes
            scanner.consume(chunk)
        }
        let found = scanner.finish()
        structure = found
        return found
    }
}
