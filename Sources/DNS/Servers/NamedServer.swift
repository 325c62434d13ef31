internal import NIOPosix

/// One name server, asked by its address: what no recursor can tell. Calls wait on threads of their own.
package struct NamedServer: Hashable, Sendable {
    /// For a question with all its tries, TCP included.
    package static let deadline: Duration = .seconds(5)
    /// Threads that wait for servers; more questions wait for a free one.
    package static let threads = 8

    package let address: ServerAddress
    private let deadline: Duration

    package init(_ address: ServerAddress, deadline: Duration = NamedServer.deadline) {
        self.address = address
        self.deadline = deadline
    }

    /// Asks by UDP, twice, and by TCP where the answer was truncated (RFC 7766 §5).
    package func ask(_ name: DNSName, _ type: RecordType) async throws(ServerError) -> ServerAnswer {
        try await onThread { exchange, deadline throws(ServerError) in
            let question = try Packet.question(name, type)
            let octets = try question.octets()
            let answer = try Self.datagrams(octets, exchange, deadline) { Packet.read($0)?.answers(question) ?? false }
            guard let packet = Packet.read(answer) else { throw .malformed }
            guard packet.isTruncated else { return packet.answer }
            guard let whole = Packet.read(try exchange.stream(octets)), whole.answers(question) else { throw .malformed }
            return whole.answer
        }
    }

    /// Changes a zone, signed, by TCP (RFC 2136 §6.2). Thrown means that nothing is known to have changed.
    package func update(_ update: ZoneUpdate, key: TransactionKey) async throws(ServerError) {
        try await onThread { exchange, _ throws(ServerError) in
            let question = try Packet.update(update, key: key)
            let octets = try exchange.stream(question.octets())
            guard let answer = Packet.read(octets), answer.id == question.id else { throw .malformed }
            // A server that does not know the key, or the time, cannot sign (RFC 8945 §5.2).
            guard answer.code == 0 else { throw .refused(code: answer.code) }
            guard answer.isSigned(octets, by: key, answering: question) else { throw .badSignature }
        }
    }

    private static func datagrams(
        _ octets: [UInt8], _ exchange: Exchange, _ deadline: Duration, isAnswer: ([UInt8]) -> Bool
    ) throws(ServerError) -> [UInt8] {
        let first = Exchange(server: exchange.server, end: exchange.end - deadline / 2)
        do throws(ServerError) { return try first.datagram(octets, isAnswer: isAnswer) } catch {
            guard error == .timeout else { throw error }
        }
        return try exchange.datagram(octets, isAnswer: isAnswer)
    }

    private static let pool: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: NamedServer.threads)
        pool.start()
        return pool
    }()

    private func onThread<Value: Sendable>(
        _ body: @escaping @Sendable (Exchange, Duration) throws(ServerError) -> Value
    ) async throws(ServerError) -> Value {
        let (address, deadline) = (address, deadline)
        do {
            return try await Self.pool.runIfActive {
                try body(Exchange(server: address, end: .now + deadline), deadline)
            }
        } catch let error as ServerError {
            throw error
        } catch {
            throw .unreachable("\(error)")
        }
    }
}
