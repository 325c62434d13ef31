import Directory
import FoundationEssentials
import Glibc
import Logging
import Mail
import NIOCore
import SMTPServer
import ServiceLifecycle
import TLS

/// A server on a port of its own while a test runs.
struct RunningServer: Sendable {
    let address: SocketAddress
    let receiver: MemoryReceiver
    let generation: CurrentGeneration
    let registry: SessionRegistry
    let ana: DirectoryAccount

    var port: Int { address.port ?? 0 }
}

/// 2026-11-24 02:30:00 UTC, the time at these servers.
let serverTime: Int64 = 1_795_487_400

extension SMTPLimits {
    /// The defaults, but a farewell gets through however busy the machine is.
    static var patient: SMTPLimits {
        var limits = SMTPLimits()
        limits.farewell = .seconds(60)
        return limits
    }
}

/// Runs a door as `settings` ask (`door`, `plaintext`, `size`, ...) and `body` against it.
func withServer(
    _ settings: [String: String], receiver: MemoryReceiver = MemoryReceiver(), limits: SMTPLimits = .patient,
    _ body: @escaping @Sendable (RunningServer) async throws -> Void
) async throws {
    let folder = TemporaryFolder.make()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let host = try ExampleHost(settings)
    let generation = CurrentGeneration(Generation(number: 1, content: host.content))
    let registry = SessionRegistry()
    let kind: DoorKind = settings["door"] == "mx" ? .mx : settings["door"] == "local" ? .local : .submission
    var bounds = limits
    if let errors = settings["errors"].flatMap({ Int($0) }) { bounds.errors = errors }
    if let header = settings["header"].flatMap({ Int($0) }) { bounds.header = header }
    if let overrun = settings["overrun"].flatMap({ Int($0) }) { bounds.overrun = overrun }
    if let idle = settings["idle"].flatMap({ Int($0) }) { bounds.idle = .milliseconds(idle) }
    if let time = settings["sessionTime"].flatMap({ Int($0) }) { bounds.sessionTime = .milliseconds(time) }
    let door = SMTPDoor(
        kind, beginsWithTLS: settings["door"] == "submissions", certificates: try certificates(in: folder),
        generation: generation,
        authenticator: ExampleAuthenticator(ana: host.ana), registry: registry, receiver: receiver, limits: bounds,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, clock: { serverTime })
    let (point, address) = try listen(kind, folder)
    let service = SMTPService(door, at: point)
    let (started, starting) = AsyncStream.makeStream(of: Void.self)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await service.run(listening: { starting.yield() }) }
        for await _ in started { break }
        let server = RunningServer(
            address: address, receiver: receiver, generation: generation, registry: registry, ana: host.ana)
        do { try await body(server) } catch {
            group.cancelAll()
            throw error
        }
        group.cancelAll()
    }
}

private func certificates(in folder: String) throws -> ServerCertificates {
    let made = try SelfSignedCertificate(names: ["mail.example", "127.0.0.1"])
    let (certificate, key) = ("\(folder)/cert.pem", "\(folder)/key.pem")
    try Data(made.certificate).write(to: URL(filePath: certificate))
    try Data(made.privateKey).write(to: URL(filePath: key))
    return try ServerCertificates(certificate: certificate, privateKey: key)
}

private func listen(_ kind: DoorKind, _ folder: String) throws -> (ListeningPoint, SocketAddress) {
    guard kind != .local else {
        let path = "\(folder)/submission.sock"
        return (.unixSocket(path: path), try SocketAddress(unixDomainSocketPath: path))
    }
    let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    let any = try SocketAddress(ipAddress: "127.0.0.1", port: 0)
    let bound = unsafe any.withSockAddr { address, length in unsafe bind(descriptor, address, socklen_t(length)) }
    // `struct sockaddr_in`: family, then the port in network order.
    var name = [UInt8](repeating: 0, count: 16)
    var length = socklen_t(16)
    let asked = unsafe name.withUnsafeMutableBytes { octets in
        unsafe getsockname(descriptor, octets.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
    }
    struct NoPort: Error {}
    guard bound == 0, asked == 0 else { throw NoPort() }
    return (.descriptor(descriptor), try SocketAddress(ipAddress: "127.0.0.1", port: Int(name[2]) << 8 | Int(name[3])))
}

enum TemporaryFolder {
    static func make() -> String {
        let path = "/tmp/smtp-\(SecureRandom.hex(6))"
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }
}
