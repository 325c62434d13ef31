internal import NIOCore

extension Session {
    /// IDLE, RFC 9051 §6.3.13: tells of changes as they happen, until `DONE`.
    func idle() async throws -> Reply {
        replies.write("+ idling\r\n")
        try await tellNews(expunges: true, evenIfQuiet: true)
        while !isOver {
            try await flush()
            do {
                if let line = try framing.nextLine(from: &input) {
                    let isDone = String(buffer: line).uppercased() == "DONE"
                    return isDone ? .ok("Done") : .bad("IDLE ends with DONE")
                }
            } catch {
                return refusal(of: error)
            }
            try await waitForOctets()
            try await tellNews(expunges: true)
        }
        try await flush()
        throw CancellationError()
    }
}
