package import Directory
internal import FoundationEssentials
package import LocalSocket
internal import Mail
internal import NIOCore
package import Store

extension MailStore {
    /// Answers what operators and the control plane ask about accounts' mail.
    ///
    /// - Parameter current: says which accounts are in use; those are never deleted.
    package func answerUpkeep(in table: inout QuestionTable, under current: CurrentGeneration) {
        table.answer(StoreCheckQuestion.self) { question, _ in
            try await refusing { StoreCheckQuestion.Answer(findings: try await self.check(question.account)) }
        }
        table.answer(StoreRebuildQuestion.self) { question, _ in
            try await refusing { try await self.rebuild(question.account) }
        }
        table.answer(ImportMessageQuestion.self) { question, _ in
            try await refusing { try await self.importMessage(question) }
        }
        table.answer(DefineTagQuestion.self) { question, _ in try await refusing { try await self.define(question) } }
        table.answer(UsageQuestion.self) { question, _ in try await self.answer(question) }
        table.answer(TakeTestMessageQuestion.self) { question, _ in
            try await refusing { try await self.answer(question) }
        }
        table.answer(RestoreAccountQuestion.self) { question, _ in
            try await refusing { try await self.answer(question) }
        }
        table.answer(PurgeAccountQuestion.self) { question, _ in
            try await refusing { try await self.answer(question, under: current) }
        }
    }

    private func answer(_ question: TakeTestMessageQuestion) async throws -> TakeTestMessageQuestion.Answer {
        guard question.messageID.hasPrefix(TakeTestMessageQuestion.prefix) else {
            throw Refusal(code: "no-test-message", reason: "\(question.messageID) is no test message")
        }
        guard try await exists(question.account) else { return TakeTestMessageQuestion.Answer(found: false) }
        let account = try await self.account(question.account)
        let messages = try await account.newestMessages(withMessageID: question.messageID)
        if !messages.isEmpty { try await account.delete(messages) }
        return TakeTestMessageQuestion.Answer(found: !messages.isEmpty)
    }

    private func answer(_ question: RestoreAccountQuestion) async throws -> RestoreReport {
        guard question.isPlain else { throw Refusal(code: "bad-name", reason: "\(question.staged) is no folder of staged mail") }
        return try await restore(question.account, from: "\(root)/\(RestoreAccountQuestion.folder)/\(question.staged)")
    }

    private func importMessage(_ question: ImportMessageQuestion) async throws -> ImportMessageQuestion.Answer {
        let account = try await self.account(question.account)
        let path = FolderPath(question.folder)
        let folder: Folder
        if let found = try await account.folder(at: path) {
            folder = found
        } else {
            folder = try await account.createFolder(at: path)
        }
        let message = NewMessage(
            MessageSource(ByteBuffer(bytes: question.octets)), flags: SystemFlags(rawValue: question.flags),
            tags: question.tags.compactMap(Tag.init), internalDate: question.internalDate)
        return ImportMessageQuestion.Answer(uid: try await account.append(message, to: folder.id, quota: nil).uid.value)
    }
}

/// Turns what the store throws into a refusal that an operator can act on.
private func refusing<Answer>(_ body: () async throws -> Answer) async throws -> Answer {
    do { return try await body() } catch let error as StoreError { throw Refusal(error) }
}

extension Refusal {
    /// What the store refused, in an operator's words.
    package init(_ error: StoreError) {
        switch error {
        case .noSuchFolder: self.init(code: "no-such-folder", reason: "there is no such folder")
        case .folderExists: self.init(code: "folder-exists", reason: "the folder is there already")
        case .folderNotAllowed(let why): self.init(code: "folder-not-allowed", reason: "no folder can be there: \(why.rawValue)")
        case .noSuchMessage: self.init(code: "no-such-message", reason: "there is no such message")
        case .overQuota(let used, let limit):
            self.init(code: "over-quota", reason: "the mailbox is full: \(ByteCount(used)) of \(ByteCount(limit)) are used")
        case .tooMany(let limit): self.init(code: "too-many", reason: "the limit \(limit) is reached")
        case .busy: self.init(code: "busy", reason: "the account is busy; try again in a moment")
        case .unavailable(let cause): self.init(code: "unavailable", reason: "the account cannot be read or written: \(cause)")
        case .newerSchema:
            self.init(code: "newer-schema", reason: "a newer version wrote the account; install that version again")
        case .damaged(let cause):
            self.init(code: "damaged", reason: "the account's database is damaged (\(cause)); 'malaposta store rebuild' mends it")
        }
    }
}
