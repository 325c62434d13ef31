internal import Directory
internal import Logging
internal import Mail
internal import Metering
internal import NIOCore
internal import SMTP
internal import TLS

extension SMTPConnection {
    /// DATA, RFC 5321 §4.1.1.4.
    func receiveData() async throws {
        switch await open() {
        case .failure(let refusal): try await proceed(.began(note(refusal)))
        case .success(let intake):
            self.intake = intake
            reply(.goAhead)
            try await flush()
            try await readData(into: intake)
            try await end(intake)
        }
    }

    private func readData(into intake: MessageIntake) async throws {
        var reader = DataReader()
        while true {
            while input.octets.readableBytes == 0 { _ = try await input.more(withinMessage: true) }
            let (content, outcome) = reader.take(&input.octets)
            await intake.write(content)
            if reader.hasBareLineEnd { await intake.refuse(Refusal(.bareLineEnds)) }
            switch outcome {
            case .end: return
            case .falseEnd: throw ConnectionEnd(reply: .falseEnd)
            case .more: try checkOverrun(intake)
            }
        }
    }

    /// BDAT, RFC 3030 §2. The octets are taken off the stream whatever becomes of them.
    func receive(_ size: ChunkSize) async throws {
        guard let intake = try await chunkIntake(size) else { return }
        try await read(size.octets) { piece in
            self.chunkLines.take(piece)
            await intake.write(piece)
            if self.chunkLines.hasBareLineEnd { await intake.refuse(Refusal(.bareLineEnds)) }
        }
        if size.isLast {
            if chunkLines.endsInCarriageReturn { await intake.refuse(Refusal(.bareLineEnds)) }
            if chunkLines.needsLineEnd { await intake.write(ByteBuffer(string: "\r\n")) }
            return try await end(intake)
        }
        // A message that is refused already is not waited for to its end.
        guard intake.refusal == nil else { return try await end(intake) }
        try await proceed(.chunkDone(size.octets))
    }

    /// The message that a chunk belongs to; nil where it could not begin.
    private func chunkIntake(_ size: ChunkSize) async throws -> MessageIntake? {
        if let intake { return intake }
        switch await open() {
        case .failure(let refusal):
            try await skip(size.octets)
            try await proceed(.began(note(refusal)))
            return nil
        case .success(let fresh):
            intake = fresh
            chunkLines = LineEndCheck()
            return fresh
        }
    }

    func skip(_ octets: Int) async throws { try await read(octets) { _ in } }

    private func read(_ octets: Int, _ take: (ByteBuffer) async -> Void) async throws {
        var left = octets
        while left > 0 {
            if input.octets.readableBytes == 0 {
                try await flush()
                _ = try await input.more(withinMessage: true)
            }
            let length = min(left, input.octets.readableBytes)
            guard length > 0, let piece = input.octets.readSlice(length: length) else { continue }
            left -= length
            await take(piece)
        }
    }

    /// Cuts off who goes on sending a message that is refused.
    private func checkOverrun(_ intake: MessageIntake) throws {
        guard intake.octets <= terms.largestMessage + door.limits.overrun else { throw ConnectionEnd(reply: .overrun) }
    }

    private func end(_ intake: MessageIntake) async throws {
        let result = await intake.finish()
        self.intake = nil
        switch result {
        case .success(let queueID):
            Measures.accepted.count(door.kind)
            door.logger.info(
                "message accepted",
                metadata: [
                    "session": "\(id)", "queue.id": "\(queueID)", "octets": "\(intake.octets)",
                    "recipients": "\(session.envelope?.recipients.count ?? 0)", "account": "\(account?.id.hex ?? "-")",
                ])
            try await proceed(.message(.queued(queueID)))
        case .failure(let refusal): try await proceed(.message(note(refusal)))
        }
    }

    // MARK: Opening

    private func open() async -> Result<MessageIntake, Refusal> {
        guard let envelope = session.envelope else { return .failure(Refusal(.mailFirst)) }
        return await door.receiver.begin(envelope, declaredSize: session.declaredSize, facts).map { sink in
            MessageIntake(sink, rules(for: envelope))
        }
    }

    private func rules(for envelope: Envelope) -> IntakeRules {
        let terms = terms
        let trace = TraceField.received(
            facts, envelope, host: terms.hostName, id: "\(id)-\(session.messages)", now: terms.now)
        var rules = IntakeRules(
            largestMessage: terms.largestMessage, header: door.limits.header, hops: door.limits.hops, received: trace)
        guard door.kind != .mx else { return rules }
        rules.date = TraceField.date(terms.now)
        rules.messageID = TraceField.messageID(SecureRandom.hex(16), host: envelope.sender?.domain ?? terms.hostName)
        guard let account else { return rules }
        let policy = SenderPolicy(generation: door.generation.value, account: account, shown: door.limits.shownSenders)
        rules.checkFrom = { addresses in await policy.check(from: addresses) }
        return rules
    }
}
