/// What `malaposta queue` asks, whoever answers: the mail worker behind its socket, or the spool itself.
package protocol QueueAnswering: Sendable {
    func list(_ question: QueueListQuestion) async throws -> QueueListQuestion.Answer
    func show(_ question: QueueShowQuestion) async throws -> QueueDetail
    func change(_ question: QueueChangeQuestion) async throws -> QueueChangeQuestion.Answer
}
