internal import LocalSocket
package import Mail
internal import Store

/// Asks the mail worker to make a tag known to an account, or to give it another title or colour.
package struct DefineTagQuestion: Question {
    package static let name = "define-tag"

    package struct Answer: Codable, Sendable {}

    package var account: AccountID
    package var tag: String
    package var title: String
    /// Six hexadecimal digits.
    package var color: String

    package init(account: AccountID, tag: Tag, title: String, color: String) {
        (self.account, self.tag, self.title, self.color) = (account, tag.name, title, color)
    }
}

extension MailStore {
    func define(_ question: DefineTagQuestion) async throws -> DefineTagQuestion.Answer {
        guard let tag = Tag(question.tag) else { throw Refusal(code: "no-tag", reason: "“\(question.tag)” cannot be a tag") }
        try await account(question.account).define(TagDefinition(tag: tag, title: question.title, color: question.color))
        return DefineTagQuestion.Answer()
    }
}
