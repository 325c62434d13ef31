package import NIOCore
internal import Wire

/// Cuts what a client sends into commands, literals in place, RFC 9051 §4.3 and RFC 7888.
///
/// A value without socket or clock: octets go in, frames come out. After `.literal` the caller must decide
/// (`collect`, `stream` or `refuse`) before it asks for the next frame.
package struct CommandFraming: Sendable {
    package enum Frame: Hashable, Sendable {
        /// A whole command without the CRLF at its end, each literal behind its `{n}` CRLF.
        case command(ByteBuffer)
        /// The command so far ends in a literal's announcement. What to do with it?
        case literal(LiteralHeader, ByteBuffer)
        /// Octets of a literal that the caller wanted as they come; `isLast` with the end of the literal.
        case chunk(ByteBuffer, isLast: Bool)
        /// A refused command has passed.
        case discarded
    }

    /// What ends the connection, or costs a BAD.
    package enum Failure: Error, Hashable, Sendable {
        /// The line was swallowed; reading can go on.
        case lineTooLong(limit: Int)
    }

    private enum State: Sendable {
        case line
        case asked(LiteralHeader)
        /// Octets of a literal that are still to come into `command`.
        case collecting(Int)
        case streaming(Int)
        /// Octets of a refused literal that are still to be passed over.
        case discarding(Int)
    }

    /// Of `IMAPLimits`; each connection that idles holds them.
    private struct Bounds {
        let lineLength: Int
        let literals: Int
        let literalSize: Int
        let commandSize: Int
    }

    private let bounds: Bounds
    private var lines: LineFraming
    private var state = State.line
    private var command = ByteBuffer()
    private var literals = 0
    /// Whether the rest of the command is to be passed over.
    private var isRefused = false

    package init(limits: IMAPLimits) {
        self.init(
            Bounds(
                lineLength: limits.lineLength, literals: limits.literals, literalSize: limits.literalSize,
                commandSize: limits.commandSize))
    }

    private init(_ bounds: Bounds) {
        self.bounds = bounds
        lines = LineFraming(limit: bounds.lineLength, lineEnds: .tolerant)
    }

    /// The next frame of what `input` holds, which is taken off it; nil when more octets are needed.
    package mutating func next(from input: inout ByteBuffer) throws(Failure) -> Frame? {
        // A loop and no recursion: a refused command may have any number of literals in one piece.
        while true {
            switch try step(from: &input) {
            case .frame(let frame): return frame
            case .needsMore: return nil
            case .goesOn: continue
            }
        }
    }

    private enum Step {
        case frame(Frame)
        case needsMore
        case goesOn
    }

    private mutating func step(from input: inout ByteBuffer) throws(Failure) -> Step {
        switch state {
        case .asked: return .needsMore
        case .line: return try line(from: &input)
        case .collecting(let missing):
            guard let chunk = take(missing, from: &input) else { return .needsMore }
            command.writeImmutableBuffer(chunk)
            let rest = missing - chunk.readableBytes
            state = rest == 0 ? .line : .collecting(rest)
            return .goesOn
        case .streaming(let missing):
            guard let chunk = take(missing, from: &input) else { return .needsMore }
            let rest = missing - chunk.readableBytes
            state = rest == 0 ? .line : .streaming(rest)
            return .frame(.chunk(chunk, isLast: rest == 0))
        case .discarding(let missing):
            guard let chunk = take(missing, from: &input) else { return .needsMore }
            let rest = missing - chunk.readableBytes
            state = rest == 0 ? .line : .discarding(rest)
            return .goesOn
        }
    }

    /// The next line, whatever it ends in: an answer to AUTHENTICATE, or DONE.
    package mutating func nextLine(from input: inout ByteBuffer) throws(Failure) -> ByteBuffer? {
        do {
            return try lines.next(from: &input)
        } catch {
            throw .lineTooLong(limit: bounds.lineLength)
        }
    }

    /// The literal becomes part of the command. False where that would break a limit: it is refused then.
    package mutating func collect() -> Bool {
        guard case .asked(let header) = state else { return false }
        literals += 1
        guard literals <= bounds.literals, header.size <= bounds.literalSize,
            command.readableBytes + header.size <= bounds.commandSize
        else {
            refuse()
            return false
        }
        command.write("\r\n")
        state = .collecting(header.size)
        return true
    }

    /// The literal's octets come as chunks; then the rest of the command, as a command of its own.
    package mutating func stream() {
        guard case .asked(let header) = state else { return }
        command = ByteBuffer()
        state = .streaming(header.size)
    }

    /// The command is over: a literal that waits for `+` never comes, any other is passed over with the command's rest.
    package mutating func refuse() {
        guard case .asked(let header) = state else { return }
        command = ByteBuffer()
        literals = 0
        isRefused = !header.isSynchronizing
        state = header.isSynchronizing || header.size == 0 ? .line : .discarding(header.size)
    }

    /// Passes over the rest of a literal that was streamed as far as the caller wanted, and the command's rest.
    package mutating func refuseRest() {
        guard case .streaming(let missing) = state else {
            isRefused = true
            return
        }
        isRefused = true
        state = .discarding(missing)
    }

    /// Forgets all of it: what came before TLS is no part of what comes after.
    package mutating func reset() { self = CommandFraming(bounds) }

    private mutating func line(from input: inout ByteBuffer) throws(Failure) -> Step {
        guard let line = try nextLine(from: &input) else { return .needsMore }
        let header = LiteralHeader(endOf: line)
        if isRefused {
            guard let header, !header.isSynchronizing, header.size > 0 else {
                isRefused = false
                return .frame(.discarded)
            }
            state = .discarding(header.size)
            return .goesOn
        }
        guard command.readableBytes + line.readableBytes <= bounds.commandSize else {
            command = ByteBuffer()
            throw .lineTooLong(limit: bounds.commandSize)
        }
        if command.readableBytes == 0 { command = line } else { command.writeImmutableBuffer(line) }
        if let header {
            state = .asked(header)
            return .frame(.literal(header, command))
        }
        defer {
            command = ByteBuffer()
            literals = 0
        }
        return .frame(.command(command))
    }

    private func take(_ missing: Int, from input: inout ByteBuffer) -> ByteBuffer? {
        if missing == 0 { return ByteBuffer() }
        guard input.readableBytes > 0 else { return nil }
        return input.readSlice(length: min(missing, input.readableBytes))
    }
}
