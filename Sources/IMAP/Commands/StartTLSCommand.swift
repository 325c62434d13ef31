internal import NIOCore
internal import TLS

extension Session {
    /// STARTTLS, RFC 9051 §6.2.1. Whatever the client sent before the handshake is thrown away: nobody who sits in between
    /// can put commands into the protected session.
    func startTLS() async throws -> Reply {
        guard !isEncrypted else { return .bad("TLS is in use already") }
        guard services.certificates != nil else { return .no("This server has no certificate", .unavailable) }
        needsTLS = true
        return .ok("Begin TLS now")
    }

    /// Sends what stands in `replies` as the last octets without TLS.
    func beginTLS() async throws {
        needsTLS = false
        guard let context = services.certificates?.context else { return isOver = true }
        let last = replies
        replies = ByteBuffer()
        input = ByteBuffer()
        framing.reset()
        try await connection.startTLS(context, after: last)
        isEncrypted = true
    }
}
