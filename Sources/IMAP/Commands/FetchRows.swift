internal import Mail
internal import NIOCore
internal import Store

/// Writes `* n FETCH (...)` for each row as the store reads it, on the account's lane: no row is ever held.
struct FetchRows: Sendable {
    let plan: FetchPlan
    let list: UIDList
    /// `\Recent`.
    let recent: [ClosedRange<UInt32>]
    /// Those that this FETCH has set `\Seen` on.
    let seen: Set<UID>

    /// Nothing where the client does not know of the message yet.
    ///
    /// - Parameter largest: octets of a message that are read here; one of which more is needed is refused, and streamed.
    /// - Returns: false for a message that is too large.
    /// - Throws: where its file cannot be read.
    func write(
        _ row: borrowing MetadataRow, into buffer: inout ByteBuffer, largest: Int
    ) throws(StoreError) -> Bool {
        let uid = row.uid
        guard let index = list.index(of: uid) else { return true }
        guard plan.octets(of: row) <= largest else { return false }
        buffer.write("* ", number: UInt64(index + 1), " FETCH (")
        var message = SmallMessage()
        var isFirst = true
        for item in plan.items {
            if !isFirst { buffer.write(" ") }
            isFirst = false
            switch item {
            case .section(let index):
                buffer.writeImmutableBuffer(plan.sections[index].name)
                try message.write(plan.sections[index], of: row, into: &buffer)
            case .stored(let item): write(item, of: row, uid, into: &buffer)
            }
        }
        if !plan.asksForFlags, seen.contains(uid) {
            buffer.write(" FLAGS ")
            writeFlags(of: row, uid, into: &buffer)
        }
        buffer.write(")\r\n")
        return true
    }

    private func write(_ item: StoredItem, of row: borrowing MetadataRow, _ uid: UID, into buffer: inout ByteBuffer) {
        buffer.write(item.name)
        switch item {
        case .uid: buffer.write(number: UInt64(uid.value))
        case .flags: writeFlags(of: row, uid, into: &buffer)
        case .internalDate: buffer.write(DateTime(seconds: row.internalDate))
        case .size: buffer.write(number: UInt64(max(0, row.size)))
        case .modSequence: buffer.write("(", number: row.modSequence.value, ")")
        case .envelope: row.appendEnvelope(to: &buffer)
        case .bodyStructure: row.appendBodyStructure(to: &buffer)
        case .body: row.appendBody(to: &buffer)
        }
    }

    private func writeFlags(of row: borrowing MetadataRow, _ uid: UID, into buffer: inout ByteBuffer) {
        let isRecent = recent.contains { $0.contains(uid.value) }
        buffer.write(flags: row.flags, tags: EmptyCollection(), isRecent: isRecent)
        guard row.hasTags else { return }
        // The tags go before the closing parenthesis.
        let isEmpty = row.flags.isEmpty && !isRecent
        buffer.moveWriterIndex(to: buffer.writerIndex - 1)
        if !isEmpty { buffer.write(" ") }
        if row.appendTags(to: &buffer) == 0, !isEmpty { buffer.moveWriterIndex(to: buffer.writerIndex - 1) }
        buffer.write(")")
    }
}

extension Session {
    /// Octets that are read and sent at once: more of them where the client takes everything at once.
    var batch: Int { (connection.keepsUp ? limits.replyBatch : limits.replyBuffer).octets }

    /// FETCH of these messages: a batch of octets is written while the one before is on its way.
    func fetchRows(
        _ messages: UIDSet, _ plan: FetchPlan, seen: Set<UID> = [], changedSince: ModSequence?, in mailbox: SelectedMailbox
    ) async throws {
        let rows = FetchRows(plan: plan, list: try await mailbox.uids(), recent: mailbox.recent, seen: seen)
        var rest = messages
        while !rest.isEmpty, !isOver {
            let octets = batch
            let written = try await mailbox.account.write(
                mailbox.folder, uids: rest, fields: plan.fields, changedSince: changedSince, into: replies, octets: octets
            ) { row, buffer in try rows.write(row, into: &buffer, largest: octets) }
            replies = written.buffer
            if let large = written.refused { try await stream(large, rows, in: mailbox) }
            guard let last = written.refused ?? written.last, last.value < .max else { return }
            rest = rest.above(last)
            try await flush()
        }
    }
}

extension UIDSet {
    fileprivate func above(_ uid: UID) -> UIDSet {
        UIDSet(ranges: ranges.filter { $0.upperBound > uid.value }.map { max($0.lowerBound, uid.value + 1)...$0.upperBound })
    }
}
