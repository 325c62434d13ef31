package import NIOCore
internal import NIOPosix
internal import NIOSSL

extension Transcript {
    /// Plays the client's part against a server and holds what comes back against the `S` lines.
    ///
    /// - Parameters:
    ///   - address: of the server, IP or unix socket.
    ///   - beginsWithTLS: whether TLS begins with the first octet. No certificate is verified.
    ///   - patience: how long one line is waited for.
    ///   - act: what `DO name` does.
    /// - Throws: `TranscriptFailure` with the line where it went wrong.
    package func play(
        to address: SocketAddress, beginsWithTLS: Bool = false, patience: TimeAmount = .seconds(120),
        act: @escaping @Sendable (String) async throws -> Void = { _ in }
    ) async throws {
        let player = TranscriptPlayer(address: address, beginsWithTLS: beginsWithTLS, patience: patience, act: act)
        do {
            try await player.play(steps[...])
            await player.close()
        } catch {
            await player.close()
            throw TranscriptFailure(
                line: (error as? TranscriptFailure)?.line ?? 0, "\(name): \((error as? TranscriptFailure)?.reason ?? "\(error)")")
        }
    }
}

/// Plays one dialogue; belongs to one task.
final class TranscriptPlayer {
    private let address: SocketAddress
    private let beginsWithTLS: Bool
    private let patience: TimeAmount
    private let act: @Sendable (String) async throws -> Void
    private var connections: [Int: TranscriptConnection] = [:]
    private var names: [String: String] = [:]

    init(
        address: SocketAddress, beginsWithTLS: Bool, patience: TimeAmount,
        act: @escaping @Sendable (String) async throws -> Void
    ) {
        (self.address, self.beginsWithTLS, self.patience, self.act) = (address, beginsWithTLS, patience, act)
    }

    func play(_ steps: ArraySlice<TranscriptStep>) async throws {
        var rest = steps
        while let step = rest.popFirst() {
            let connection = try await connection(step.connection)
            switch step.kind {
            case .send(let text, let raw):
                try await connection.send(raw ? Self.unescaped(text) : Array(LinePattern.filled(text, names).utf8) + [13, 10])
            case .expect(let pattern, .anyOrder):
                var patterns = [(step, pattern)]
                while let next = rest.first, case .expect(let other, .anyOrder) = next.kind, next.connection == step.connection {
                    patterns.append((next, other))
                    rest = rest.dropFirst()
                }
                try await expect(patterns, from: connection)
            case .expect(let pattern, let need): try await expect(pattern, need, at: step, from: connection)
            case .startTLS: try await connection.startTLS()
            case .act(let name): try await act(name)
            case .closed:
                if let line = try await connection.line() {
                    throw TranscriptFailure(line: step.number, "not closed, but said: \(line)")
                }
            }
        }
    }

    func close() async { for connection in connections.values { await connection.close() } }

    private func connection(_ number: Int) async throws -> TranscriptConnection {
        if let known = connections[number] { return known }
        let fresh = try await TranscriptConnection(to: address, beginsWithTLS: beginsWithTLS, patience: patience)
        connections[number] = fresh
        return fresh
    }

    private func expect(
        _ pattern: LinePattern, _ need: TranscriptStep.Need, at step: TranscriptStep, from connection: TranscriptConnection
    ) async throws {
        guard let line = try await connection.line() else {
            if need == .maybe { return }
            throw TranscriptFailure(line: step.number, "wanted: \(pattern), but the connection is closed")
        }
        if pattern.matches(line, &names) { return }
        guard need == .maybe else { throw TranscriptFailure(line: step.number, "wanted: \(pattern), got: \(line)") }
        connection.putBack(line)
    }

    private func expect(_ patterns: [(TranscriptStep, LinePattern)], from connection: TranscriptConnection) async throws {
        var waiting = patterns
        while let first = waiting.first {
            guard let line = try await connection.line() else {
                throw TranscriptFailure(line: first.0.number, "wanted: \(first.1), but the connection is closed")
            }
            guard let index = waiting.firstIndex(where: { $0.1.matches(line, &names) }) else {
                throw TranscriptFailure(line: first.0.number, "wanted one of \(waiting.map(\.1.description)), got: \(line)")
            }
            waiting.remove(at: index)
        }
    }

    /// `\r`, `\n`, `\t`, `\0`, `\\` and `\xHH`.
    static func unescaped(_ text: String) -> [UInt8] {
        var octets: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let octet = rest.popFirst() {
            guard octet == UInt8(ascii: "\\"), let escape = rest.popFirst() else {
                octets.append(octet)
                continue
            }
            switch escape {
            case UInt8(ascii: "r"): octets.append(13)
            case UInt8(ascii: "n"): octets.append(10)
            case UInt8(ascii: "t"): octets.append(9)
            case UInt8(ascii: "0"): octets.append(0)
            case UInt8(ascii: "x"):
                octets.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) ?? UInt8(ascii: "?"))
                rest = rest.dropFirst(2)
            default: octets.append(escape)
            }
        }
        return octets
    }
}
