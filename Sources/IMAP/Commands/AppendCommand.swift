internal import Logging
internal import Mail
internal import NIOCore
internal import Store
internal import Wire

/// APPEND, RFC 9051 §6.3.12, and what becomes of literals in other commands.
extension Session {
    /// A command came as far as a literal's announcement. The message of an APPEND is taken as it comes; everything else
    /// becomes part of the command. What will be refused anyway is refused before its octets are read.
    func literal(_ header: LiteralHeader, after octets: ByteBuffer) async throws {
        var reader = CommandReader(octets, limits: limits)
        guard let tag = try? reader.tag(), (try? reader.space()) != nil else {
            refuseLiteral(header)
            replies.write(untagged: .bad(SyntaxError(expected: .tag, offset: 0).description))
            return countBadCommand()
        }
        if reader.take("APPEND" as Keyword) {
            do {
                try reader.space()
                let request = try reader.appendRequest()
                if reader.isAtEnd { return try await append(request, tag: tag) }
            } catch let error as SyntaxError where error.expected != .literal {
                return refuseLiteral(header, tag, .bad(error.description))
            } catch is SyntaxError {
                // The name's own literal: its octets are still to come.
            }
        }
        guard framing.collect() else {
            if !header.isSynchronizing { endIfEndless(header) }
            answer(tag, .bad("A literal that is no message has at most \(limits.literalSize) octets"))
            return countBadCommand()
        }
        if header.isSynchronizing { try await askForOctets() }
    }

    private func askForOctets() async throws {
        replies.write("+ Ready\r\n")
        try await flush()
    }

    private func refuseLiteral(_ header: LiteralHeader, _ tag: ByteBuffer, _ reply: Reply) {
        refuseLiteral(header)
        answer(tag, reply)
        if reply.condition == .bad { countBadCommand() }
    }

    private func refuseLiteral(_ header: LiteralHeader) {
        framing.refuse()
        if !header.isSynchronizing { endIfEndless(header) }
    }

    /// What comes unasked is passed over up to a limit; more of it ends the connection.
    private func endIfEndless(_ header: LiteralHeader) {
        guard header.size > limits.discardedLiteral.octets else { return }
        sayGoodbye("A literal has at most \(limits.discardedLiteral.octets) octets", .tooBig)
    }

    private func append(_ request: AppendRequest, tag: ByteBuffer) async throws {
        await lookAtGeneration()
        if isOver { return }
        if let refusal = refusal(in: .authenticated) { return refuseLiteral(request.literal, tag, refusal) }
        let limit = user?.appendLimit(limits).octets ?? 0
        guard request.literal.size <= limit else {
            return refuseLiteral(request.literal, tag, .no("A message has at most \(limit) octets", .tooBig))
        }
        do {
            // What comes unasked comes in any case: of a small one the folder is looked for when it is filed, at once with that.
            guard let place = try await place(of: request.mailbox), try await isWorthAsking(for: request, at: place) else {
                return refuseLiteral(request.literal, tag, Self.noDestination)
            }
            try await receive(request, tag, at: place)
        } catch let error as StoreError {
            refuseLiteral(request.literal, tag, refusal(of: error))
        }
    }

    private func isSmall(_ literal: LiteralHeader) -> Bool { literal.size <= limits.messageInMemory.octets }

    /// False where octets would be asked for, or be many, and there is no folder for them.
    private func isWorthAsking(for request: AppendRequest, at place: Place) async throws -> Bool {
        if isSmall(request.literal), !request.literal.isSynchronizing { return true }
        return try await place.account.folder(at: place.path) != nil
    }

    /// Takes the message's octets, and files it once the command has ended.
    private func receive(_ request: AppendRequest, _ tag: ByteBuffer, at place: Place) async throws {
        let size = request.literal.size
        let message =
            isSmall(request.literal)
            ? IncomingMessage.memory(capacity: size) : try await IncomingMessage.file(in: services.incomingFolder)
        let reply: Result<Reply, any Error>
        do { reply = .success(try await take(message, request, at: place)) } catch { reply = .failure(error) }
        await message.discard()
        let answer = try reply.get()
        self.answer(tag, answer)
        if answer.condition == .bad { countBadCommand() }
    }

    private func take(_ message: IncomingMessage, _ request: AppendRequest, at place: Place) async throws -> Reply {
        framing.stream()
        if request.literal.isSynchronizing { try await askForOctets() }
        do {
            guard try await receiveOctets(into: message) else { return .bad(SyntaxError(expected: .end, offset: 0).description) }
        } catch let error as StoreError {
            framing.refuseRest()
            return refusal(of: error)
        }
        return await file(message, request, at: place)
    }

    /// - Returns: whether the command ended behind the message.
    private func receiveOctets(into message: IncomingMessage) async throws -> Bool {
        var isWaiting = false
        defer { if isWaiting { connection.allow(limits.idleTime, isRenewed: true) } }
        while !isOver {
            let frame: CommandFraming.Frame?
            do { frame = try framing.next(from: &input) } catch { return false }
            switch frame {
            case nil:
                if !isWaiting { connection.allow(limits.stallTime, isRenewed: true) }
                isWaiting = true
                try await waitForOctets()
            case .chunk(let chunk, _): try await message.write(chunk)
            case .command(let rest): return rest.readableBytes == 0
            case .literal:
                framing.refuse()
                return false
            case .discarded: return false
            }
        }
        throw CancellationError()
    }

    private func file(_ message: IncomingMessage, _ request: AppendRequest, at place: Place) async -> Reply {
        let new = NewMessage(
            message.source, flags: request.flags.system, tags: request.flags.tags, internalDate: request.date?.seconds)
        do {
            let filed = try await place.account.append(new, at: place.path, quota: place.quota)
            if selected?.folder == filed.folder, selected?.account.id == place.account.id {
                try await tellNewsOrLater(expunges: true, evenIfQuiet: true)
            }
            return .ok("Done", .appendUID(validity: filed.uidValidity.value, uid: filed.uid.value))
        } catch let error as StoreError {
            return error == .noSuchFolder ? Self.noDestination : refusal(of: error)
        } catch {
            isOver = true
            return .no("The connection broke")
        }
    }
}
