import Directory
import FoundationEssentials
import Glibc
import Logging
import Mail
import MailConfiguration
import NIOCore
import ServiceLifecycle
import Store
import TLS

@testable import IMAP

/// A server on a free port of 127.0.0.1, with a store of its own.
struct RunningServer: Sendable {
    let host: ExampleHost
    let services: IMAPServices
    let address: SocketAddress
    let tlsAddress: SocketAddress
    let folder: String
    /// Ends the server as a cancelled group does.
    let stop: @Sendable () -> Void

    func account(_ account: DirectoryAccount) async throws -> Account { try await services.store.account(account.id) }

    /// Puts a message into ana's INBOX, as a delivery would.
    @discardableResult
    func deliver(_ text: String, flags: SystemFlags = [], date: Int64? = nil) async throws -> Filed {
        let account = try await account(host.ana)
        let inbox = try await account.folder(SpecialUse.inbox)
        return try await account.append(
            NewMessage(MessageSource(ByteBuffer(string: text)), flags: flags, internalDate: date), to: inbox.id)
    }

    /// 179 octets for numbers of one digit.
    static func message(_ number: Int) -> String {
        """
        From: Bob Ray <bob@example.org>\r
        To: ana@acme.example\r
        Subject: Message \(number)\r
        Date: Thu, 01 Jan 2026 10:00:0\(number % 10) +0000\r
        Message-ID: <\(number)@example.org>\r
        MIME-Version: 1.0\r
        \r
        Body number \(number)\r\n
        """
    }

    /// A text, a message and five octets of Base64.
    static let multipart = [
        "From: bob@example.org", "Subject: Parts", "MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=b", "", "--b",
        "Content-Type: text/plain", "", "Hello", "--b", "Content-Type: message/rfc822", "", "Subject: Inner", "", "Inside", "--b",
        "Content-Type: application/octet-stream", "Content-Transfer-Encoding: base64", "", "AAECAwQ=", "--b--", "",
    ].joined(separator: "\r\n")
}

extension IMAPLimits {
    /// The defaults, but a farewell gets through however busy the machine is.
    static var patient: IMAPLimits {
        var limits = IMAPLimits()
        limits.farewellTime = .seconds(60)
        return limits
    }
}

/// Runs `body` against a server; everything is removed afterwards.
func withServer<Result: Sendable>(
    quota: ByteCount? = nil, hasTLS: Bool = true, plaintextLogin: Bool = true, limits: IMAPLimits = .patient,
    now: @escaping @Sendable () -> Int64 = WallClock.seconds, _ body: (RunningServer) async throws -> Result
) async throws -> Result {
    let folder = "/tmp/malaposta-imap-\(UInt64.random(in: .min ... .max))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let host = try ExampleHost(quota: quota, plaintextLogin: plaintextLogin ? .loopback : .never)
    var logger = Logger(label: "imap-tests")
    logger.logLevel = .critical
    let store = try MailStore(StoreOptions(root: folder + "/accounts", role: .mail, now: now), logger: logger)
    let services = IMAPServices(
        store: store, generation: CurrentGeneration(try host.generation(1)), authenticator: ExampleAuthenticator(host: host),
        sessions: SessionRegistry(), certificates: hasTLS ? try TestCertificates.shared.get() : nil,
        incomingFolder: folder + "/accounts/.incoming", limits: { _ in limits }, logger: logger)
    let (plain, plainPort) = try boundSocket()
    let (encrypted, encryptedPort) = try boundSocket()
    let listeners =
        [IMAPServer.Listener(descriptor: plain, beginsWithTLS: false)]
        + (hasTLS ? [IMAPServer.Listener(descriptor: encrypted, beginsWithTLS: true)] : [])
    let server = IMAPServer(services, listeners: listeners)
    let service = Task { try await server.run() }
    let running = RunningServer(
        host: host, services: services, address: try SocketAddress(ipAddress: "127.0.0.1", port: plainPort),
        tlsAddress: try SocketAddress(ipAddress: "127.0.0.1", port: encryptedPort), folder: folder,
        stop: { service.cancel() })
    let result: Swift.Result<Result, any Error>
    do { result = .success(try await body(running)) } catch { result = .failure(error) }
    service.cancel()
    _ = await service.result
    await store.shutdown()
    return try result.get()
}

enum TestCertificates {
    static let shared = Swift.Result { () throws -> ServerCertificates in
        let pair = try SelfSignedCertificate(names: ["localhost"])
        let folder = "/tmp/malaposta-imap-\(UInt64.random(in: .min ... .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Data(pair.certificate).write(to: URL(filePath: folder + "/cert.pem"))
        try Data(pair.privateKey).write(to: URL(filePath: folder + "/key.pem"))
        return try ServerCertificates(certificate: folder + "/cert.pem", privateKey: folder + "/key.pem")
    }
}

/// A listening socket on a free port of 127.0.0.1.
func boundSocket() throws -> (descriptor: Int32, port: Int) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    // `struct sockaddr_in` octet by octet: family, port, address, padding (ip(7)).
    var address: [UInt8] = [UInt8(AF_INET), 0, 0, 0, 127, 0, 0, 1] + [UInt8](repeating: 0, count: 8)
    var length = socklen_t(address.count)
    let isBound = unsafe address.withUnsafeMutableBytes { octets in
        let pointer = unsafe octets.baseAddress?.assumingMemoryBound(to: sockaddr.self)
        return unsafe bind(descriptor, pointer, length) == 0 && listen(descriptor, 1024) == 0
            && getsockname(descriptor, pointer, &length) == 0
    }
    guard descriptor >= 0, isBound else { throw SocketFailure() }
    return (descriptor, Int(address[2]) << 8 | Int(address[3]))
}

struct SocketFailure: Error {}
