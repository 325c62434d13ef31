internal import Mail
internal import NIOCore
internal import Store

extension Session {
    /// FETCH and UID FETCH, RFC 9051 §6.4.5, with CHANGEDSINCE (RFC 7162 §3.1.4.1).
    ///
    /// Memory is bounded by a batch of octets, and by a chunk of a large message, not by the mailbox.
    func fetch(_ set: SequenceSet, _ request: FetchRequest, _ byUID: Bool) async throws -> Reply {
        guard let mailbox = selected else { return .bad("Please select a mailbox first") }
        let asksForModSequences = request.changedSince != nil || request.items.contains(.modSequence)
        if asksForModSequences { usesModSequences = true }
        guard let messages = try await mailbox.messages(set, byUID: byUID) else { return Self.noSuchNumber }
        let plan = FetchPlan(request.items, withUID: byUID, withModSequence: request.changedSince != nil)
        let changedSince = request.changedSince.map(ModSequence.init)
        guard plan.setsSeen, !mailbox.isReadOnly else {
            try await fetchRows(messages, plan, changedSince: changedSince, in: mailbox)
            return .ok("Done")
        }
        var batches = UIDBatches(try await mailbox.uids(), messages, size: limits.rowsPerBatch)
        while let batch = batches.next(), !isOver {
            let seen = try await setSeen(batch, in: mailbox)
            try await fetchRows(batch, plan, seen: seen, changedSince: changedSince, in: mailbox)
        }
        return .ok("Done")
    }

    /// Sets `\Seen` where it is missing; those that had it not.
    private func setSeen(_ batch: UIDSet, in mailbox: SelectedMailbox) async throws -> Set<UID> {
        let before = try await mailbox.account.flags(in: mailbox.folder, uids: batch)
        let unseen = before.filter { !$0.flags.contains(.seen) }.map(\.uid)
        guard !unseen.isEmpty else { return [] }
        let change = FlagChange(.add, .seen)
        let result = try await mailbox.account.setFlags(change, in: mailbox.folder, uids: UIDSet(unseen))
        mailbox.wasTold(result)
        return Set(unseen)
    }

    /// An item that the row holds.
    func write(_ item: StoredItem, of row: MessageMetadata) {
        replies.write(item.name)
        switch item {
        case .uid: replies.write(number: UInt64(row.uid.value))
        case .flags: replies.write(flags: row.flags, tags: row.tags, isRecent: selected?.isRecent(row.uid) ?? false)
        case .internalDate: replies.write(DateTime(seconds: row.internalDate))
        case .size: replies.write(number: UInt64(max(0, row.size)))
        case .modSequence: replies.write("(", number: row.modSequence.value, ")")
        case .envelope: writeStored(row.envelope)
        case .bodyStructure: writeStored(row.bodyStructure)
        case .body: writeStored(row.body)
        }
    }

    /// Octets that were put into IMAP's form when the message was filed.
    private func writeStored(_ octets: ByteBuffer?) {
        if let octets { replies.writeImmutableBuffer(octets) } else { replies.write("NIL") }
    }
}
