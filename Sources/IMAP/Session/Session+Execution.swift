internal import Metering
internal import NIOCore
internal import Store
internal import Wire

extension Session {
    /// Reads a whole command, does it, and answers.
    func execute(_ octets: ByteBuffer) async {
        var reader = CommandReader(octets, limits: limits)
        guard let tag = try? reader.tag() else {
            replies.write(untagged: .bad(SyntaxError(expected: .tag, offset: 0).description))
            return countBadCommand()
        }
        do {
            try reader.space()
            let rule = try reader.rule()
            if let refusal = refusal(in: rule.state) { return answer(tag, refusal) }
            let command = try rule.read(&reader)
            try reader.end()
            await perform(command, tag: tag, rule: rule)
        } catch {
            answer(tag, .bad(error.description))
            countBadCommand()
        }
    }

    /// Does a command and answers it.
    func perform(_ command: Command, tag: ByteBuffer, rule: CommandRule) async {
        var reply: Reply
        // A copy: the buffer that the connection reads into would be kept with it.
        currentTag = ByteBuffer(bytes: tag.readableBytesView)
        let start = ContinuousClock.now
        defer { if !command.isIdle { Measures.time.note(.now - start) } }
        do {
            await lookAtGeneration()
            guard !isOver else { return }
            if command.isIdle { return try await beginIdling() }
            reply = try await self.reply(to: command)
            try await tellNewsOrLater(expunges: rule.expunges == .told, evenIfQuiet: command.asksForNews)
        } catch let error as StoreError {
            reply = refusal(of: error)
        } catch {
            isOver = true
            return
        }
        // A farewell may have been said meanwhile; LOGOUT's own comes before its answer.
        if !isOver || command.isLogout { answer(tag, reply) }
    }

    func answer(_ tag: ByteBuffer, _ reply: Reply) {
        Measures.commands.count(Measures.Answer(reply.condition))
        replies.write(reply, tag: tag)
    }

    /// Why a command may not come now; nil where it may.
    func refusal(in state: CommandRule.State) -> Reply? {
        switch state {
        case .any: nil
        case .notAuthenticated: user == nil ? nil : .bad("You are logged in already")
        case .authenticated: user != nil ? nil : .bad("Please log in first")
        case .selected: user == nil ? .bad("Please log in first") : selected == nil ? .bad("Please select a mailbox first") : nil
        }
    }

    private func reply(to command: Command) async throws -> Reply {
        switch command {
        case .capability: capability()
        case .noop, .check: .ok("Done")
        case .logout: logout()
        case .id(let client): identify(client)
        case .startTLS: try await startTLS()
        case .authenticate(let mechanism, let initial): try await authenticate(mechanism, initial)
        case .login(let name, let password): await login(name, password)
        case .enable(let names): enable(names)
        case .namespace: namespaces()
        case .select(let name, let readOnly, let modSequences): try await select(name, readOnly, modSequences)
        case .create(let name, let asksForUse): try await create(name, asksForUse)
        case .delete(let name): try await delete(name)
        case .rename(let name, let new): try await rename(name, to: new)
        case .subscribe(let name): try await subscribe(name, true)
        case .unsubscribe(let name): try await subscribe(name, false)
        case .list(let request): try await list(request)
        case .subscriptions(let reference, let pattern): try await subscriptions(reference, pattern)
        case .status(let name, let items): try await status(name, items)
        // A literal always comes by way of `literal(_:after:)`.
        case .append: .bad(SyntaxError(expected: .literal, offset: 0).description)
        // Is begun, and answered with DONE.
        case .idle: .ok("Done")
        case .close: try await close()
        case .unselect: unselect()
        case .expunge(let uids): try await expunge(uids)
        case .search(let request, let byUID): try await search(request, byUID)
        case .fetch(let messages, let request, let byUID): try await fetch(messages, request, byUID)
        case .store(let messages, let request, let byUID): try await store(messages, request, byUID)
        case .copy(let messages, let name, let byUID): try await copy(messages, name, byUID)
        case .move(let messages, let name, let byUID): try await move(messages, name, byUID)
        }
    }
}

extension Command {
    /// Whether changes are looked for even where nobody told of any.
    var asksForNews: Bool {
        switch self {
        case .noop, .check, .idle, .expunge, .copy, .move: true
        default: false
        }
    }

    var isIdle: Bool {
        if case .idle = self { true } else { false }
    }

    var isLogout: Bool {
        if case .logout = self { true } else { false }
    }
}
