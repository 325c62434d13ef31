package import NIOCore

/// Takes `multipart/form-data` apart as it comes (RFC 7578, RFC 2046 §5.1): octets in, events out.
package struct MultipartParser: Sendable {
    package enum Event: Sendable, Equatable {
        /// A part begins. `file` is the name that a browser gives for a file, nil for a plain field.
        case part(name: String, file: String?, type: String)
        case octets(ByteBuffer)
        case end
    }

    /// Octets of a part's header, and parts of a form.
    static let headerLimit = 8 << 10
    static let partLimit = 500

    private enum State { case preamble, header, body, done }

    private let delimiter: [UInt8]
    private var state = State.preamble
    private var pending = ByteBuffer(string: "\r\n")
    private var parts = 0

    /// - Parameter contentType: the request's field, with the boundary; nil where it is no such form.
    package init?(contentType: String?) {
        guard let contentType, contentType.lowercased().hasPrefix("multipart/form-data"),
            let start = contentType.firstRange(of: "boundary=")
        else { return nil }
        let rest = contentType[start.upperBound...]
        let boundary = rest.first == "\"" ? rest.dropFirst().prefix { $0 != "\"" } : rest.prefix { $0 != ";" && $0 != " " }
        guard (1...70).contains(boundary.utf8.count) else { return nil }
        delimiter = Array("\r\n--\(boundary)".utf8)
    }

    /// - Throws: `WebRefusal.badRequest` for what is no form, `.tooLarge` over a limit.
    package mutating func add(_ octets: ByteBuffer) throws(WebRefusal) -> [Event] {
        pending.writeImmutableBuffer(octets)
        var events: [Event] = []
        while try step(&events) {}
        pending.discardReadBytes()
        return events
    }

    package var isDone: Bool { if case .done = state { true } else { false } }

    private mutating func step(_ events: inout [Event]) throws(WebRefusal) -> Bool {
        switch state {
        case .preamble:
            guard let place = find(delimiter) else {
                keepTail(&events, isBody: false)
                return false
            }
            pending.moveReaderIndex(forwardBy: place + delimiter.count)
            state = .header
            return true
        case .header: return try header(&events)
        case .body:
            guard let place = find(delimiter) else {
                keepTail(&events, isBody: true)
                return false
            }
            if place > 0, let octets = pending.readSlice(length: place) { events.append(.octets(octets)) }
            pending.moveReaderIndex(forwardBy: delimiter.count)
            events.append(.end)
            state = .header
            return true
        case .done:
            pending.clear()
            return false
        }
    }

    private mutating func header(_ events: inout [Event]) throws(WebRefusal) -> Bool {
        guard pending.readableBytes >= 2 else { return false }
        if pending.getString(at: pending.readerIndex, length: 2) == "--" {
            state = .done
            return true
        }
        guard let place = find(Array("\r\n\r\n".utf8)) else {
            guard pending.readableBytes <= Self.headerLimit else { throw .badRequest }
            return false
        }
        // Whether the part is empty is seen by what follows the empty line, which may come later.
        guard place <= Self.headerLimit else { throw .badRequest }
        guard pending.readableBytes >= place + 4 + delimiter.count - 2 else { return false }
        guard let text = pending.readString(length: place) else { throw .badRequest }
        pending.moveReaderIndex(forwardBy: 4)
        parts += 1
        guard parts <= Self.partLimit else { throw .tooLarge }
        events.append(try Self.part(text))
        state = .body
        // An empty body's delimiter shares its line end with the header's empty line.
        let withoutLineEnd = Array(delimiter.dropFirst(2))
        if pending.readableBytes >= withoutLineEnd.count, find(withoutLineEnd) == 0 {
            pending.moveReaderIndex(forwardBy: withoutLineEnd.count)
            events.append(.end)
            state = .header
        }
        return true
    }

    private static func part(_ header: String) throws(WebRefusal) -> Event {
        var (name, file, type) = (String?.none, String?.none, "text/plain")
        for line in header.split(separator: "\r\n") {
            let lower = line.lowercased()
            if lower.hasPrefix("content-disposition:") {
                name = parameter("name", of: line)
                file = parameter("filename", of: line)
            } else if lower.hasPrefix("content-type:") {
                type = String(line.dropFirst("content-type:".count).drop { $0 == " " })
            }
        }
        guard let name else { throw .badRequest }
        return .part(name: name, file: file, type: type)
    }

    /// Browsers write a quote within a value as `%22` (HTML §4.10.21.8).
    private static func parameter(_ name: String, of line: Substring) -> String? {
        guard let start = line.firstRange(of: "; \(name)=\"") else { return nil }
        let value = line[start.upperBound...].prefix { $0 != "\"" }.replacing("%22", with: "\"")
            .replacing("%0D", with: "").replacing("%0A", with: "")
        return String(value)
    }

    /// What cannot be the beginning of a delimiter goes on.
    private mutating func keepTail(_ events: inout [Event], isBody: Bool) {
        let free = pending.readableBytes - delimiter.count + 1
        guard free > 0, let octets = pending.readSlice(length: free) else { return }
        if isBody { events.append(.octets(octets)) }
    }

    private func find(_ wanted: [UInt8]) -> Int? {
        let view = pending.readableBytesView
        guard let first = wanted.first, view.count >= wanted.count else { return nil }
        var start = view.startIndex
        while let place = view[start...].firstIndex(of: first), place + wanted.count <= view.endIndex {
            if view[place..<(place + wanted.count)].elementsEqual(wanted) { return place - view.startIndex }
            start = place + 1
        }
        return nil
    }
}
