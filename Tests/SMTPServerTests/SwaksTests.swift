import FoundationEssentials
import Glibc
import NIOPosix
import SMTPServer
import Testing

/// swaks (Debian's package of that name) as an independent client; its TLS is in libnet-ssleay-perl.
@Suite("A real client: swaks", .enabled(if: FileManager.default.isExecutableFile(atPath: swaks))) struct SwaksTests {
    @Test func sendsInPlainTextOverLoopback() async throws {
        try await withServer(["door": "submission", "plaintext": "loopback"]) { server in
            let status = try await run([
                "--server", "127.0.0.1", "--port", "\(server.port)", "--auth", "LOGIN", "--auth-user", "ana@acme.example",
                "--auth-password", "secret", "--from", "ana@acme.example", "--to", "x@else.example", "--ehlo", "client.example",
                "--attach", "@/etc/hostname", "--silent", "3",
            ])
            #expect(status == 0)
            #expect(server.receiver.messages.first?.octets.contains("with ESMTPA id ") == true)
        }
    }

    @Test(.enabled(if: hasTLS)) func sendsOverSTARTTLS() async throws {
        try await withServer(["door": "submission"]) { server in
            let status = try await run([
                "--server", "127.0.0.1", "--port", "\(server.port)", "--tls", "--auth", "PLAIN", "--auth-user",
                "ana@acme.example",
                "--auth-password", "secret", "--from", "ana@acme.example", "--to", "x@else.example", "--ehlo", "client.example",
                "--header", "Subject: Olá", "--silent", "3",
            ])
            #expect(status == 0)
            let message = try #require(server.receiver.messages.first)
            #expect(message.facts.tlsVersion != nil)
            #expect(message.octets.contains("with ESMTPSA (TLSv1."))
            #expect(message.octets.contains("Subject: Olá"))
        }
    }

    @Test(.enabled(if: hasTLS)) func isRefusedWithAnotherSender() async throws {
        try await withServer(["door": "submissions"]) { server in
            let status = try await run([
                "--server", "127.0.0.1", "--port", "\(server.port)", "--tls-on-connect", "--auth", "LOGIN", "--auth-user",
                "ana@acme.example", "--auth-password", "secret", "--from", "full@acme.example", "--to", "x@else.example",
                "--ehlo",
                "client.example", "--silent", "3",
            ])
            #expect(status == 23)  // swaks: MAIL was refused
            #expect(server.receiver.messages.isEmpty)
        }
    }
}

private let swaks = "/usr/bin/swaks"

private let hasTLS = [
    "/usr/lib/x86_64-linux-gnu/perl5/5.36/Net/SSLeay.pm", "/usr/lib/aarch64-linux-gnu/perl5/5.36/Net/SSLeay.pm",
]
.contains { FileManager.default.fileExists(atPath: $0) }

/// Runs swaks and gives its exit code; waits on a thread that may wait.
private func run(_ arguments: [String]) async throws -> Int32 {
    try await NIOThreadPool.singleton.runIfActive {
        var words = unsafe ([swaks] + arguments).map { unsafe strdup($0) }
        unsafe words.append(nil)
        defer { unsafe words.forEach { unsafe free($0) } }
        var process: pid_t = 0
        guard unsafe posix_spawn(&process, swaks, nil, nil, words, environ) == 0 else { return -1 }
        var status: Int32 = 0
        while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
        return status >> 8 & 0xff
    }
}
