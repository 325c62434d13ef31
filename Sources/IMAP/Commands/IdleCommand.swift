internal import NIOCore
internal import Store

/// IDLE, RFC 9051 §6.3.13: tells of changes as they happen, until `DONE`. In between the session waits for events as it does
/// between commands.
extension Session {
    func beginIdling() async throws {
        replies.write("+ idling\r\n")
        try await tellNews(expunges: true, evenIfQuiet: true)
        idling = currentTag
    }

    /// Tells what has happened, and ends the command once its end has come.
    ///
    /// - Parameter tag: of the command.
    /// - Returns: whether it has ended.
    func goOnIdling(_ tag: ByteBuffer) async throws -> Bool {
        guard let reply = try await replyToIdle() else { return false }
        idling = nil
        try await tellNewsOrLater(expunges: true, evenIfQuiet: true)
        if !isOver { answer(tag, reply) }
        return true
    }

    /// Nil while the client idles on.
    private func replyToIdle() async throws -> Reply? {
        do {
            try await tellNews(expunges: true)
            guard !isOver, let line = try framing.nextLine(from: &input) else { return nil }
            return String(buffer: line).uppercased() == "DONE" ? .ok("Done") : .bad("IDLE ends with DONE")
        } catch let failure as CommandFraming.Failure {
            return refusal(of: failure)
        } catch let error as StoreError {
            return refusal(of: error)
        }
    }
}
