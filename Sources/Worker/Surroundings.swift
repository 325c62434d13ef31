internal import Glibc
package import LocalSocket

/// What a worker finds when it is started: folders, listening descriptors by name, and whom to tell that it is ready.
///
/// systemd's socket activation is followed to the letter (sd_listen_fds(3)), so that the same worker runs under systemd
/// and under `malaposta supervise`.
package struct Surroundings: Sendable {
    /// The first descriptor that is passed, SD_LISTEN_FDS_START.
    package static let firstDescriptor: Int32 = 3

    /// Where data lies: generations, spool, accounts.
    package let dataFolder: String
    /// Where sockets lie.
    package let runFolder: String
    /// Where the configuration files lie, for the certificates that they name.
    package let configurationFolder: String
    /// Where templates lie.
    package let templatesFolder: String
    /// Listening sockets by the listener's name in malaposta.yaml, as `supervise` passes them; a name may have several.
    package let listeners: [String: [Int32]]
    /// Listening sockets that systemd holds, by what stands behind `malaposta-` in the name of the socket unit: a service.
    package let unitSockets: [String: [Int32]]
    /// The users that the programs of this host run as; under `supervise` all are one.
    package let users: HostUsers
    /// The end of a pipe whose other end the supervisor holds; end of file means that the supervisor is gone.
    package let supervisorPipe: Int32?

    /// Reads the environment of this process.
    ///
    /// - Throws: `SurroundingsError` naming the variable that is wrong.
    package init(environment: [String: String]) throws(SurroundingsError) {
        dataFolder = environment["MALAPOSTA_DATA"] ?? "/var/lib/malaposta"
        runFolder = environment["MALAPOSTA_RUN"] ?? "/run/malaposta"
        configurationFolder = environment["MALAPOSTA_CONFIGURATION"] ?? "/etc/malaposta"
        templatesFolder = environment["MALAPOSTA_TEMPLATES"] ?? "/usr/share/malaposta/templates"
        supervisorPipe = try Self.descriptor("MALAPOSTA_SUPERVISOR_FD", environment)
        users = try Self.users(environment)
        let passed = try Self.listeners(environment)
        // Only systemd says for whom they are; it passes a descriptor under the name that its unit gives it.
        let isFromUnits = environment["LISTEN_PID"] != nil
        listeners = isFromUnits ? [:] : passed
        let units = isFromUnits ? passed : [:]
        unitSockets = Dictionary(
            units.map { ($0.key.hasPrefix(Self.unitPrefix) ? String($0.key.dropFirst(Self.unitPrefix.count)) : $0.key, $0.value) }
        ) { $0 + $1 }
    }

    /// What the names of the host's units begin with.
    package static let unitPrefix = "malaposta-"

    /// The sockets of a service: those of its listeners, or those that systemd holds for it.
    ///
    /// - Parameter names: the listeners' in malaposta.yaml.
    package func sockets(of service: String, listeners names: [String]) -> [Int32] {
        names.flatMap { listeners[$0] ?? [] } + (unitSockets[service] ?? [])
    }

    private static func users(_ environment: [String: String]) throws(SurroundingsError) -> HostUsers {
        do throws(UnknownUser) {
            return try HostUsers(
                control: environment["MALAPOSTA_CONTROL_USER"], mail: environment["MALAPOSTA_MAIL_USER"],
                web: environment["MALAPOSTA_WEB_USER"])
        } catch { throw SurroundingsError("\(error)") }
    }

    private static func descriptor(_ name: String, _ environment: [String: String]) throws(SurroundingsError) -> Int32? {
        guard let text = environment[name] else { return nil }
        guard let descriptor = Int32(text), fcntl(descriptor, F_GETFD) >= 0 else {
            throw SurroundingsError("\(name) is \(text), which is not an open descriptor")
        }
        return descriptor
    }

    private static func listeners(_ environment: [String: String]) throws(SurroundingsError) -> [String: [Int32]] {
        guard let text = environment["LISTEN_FDS"] else { return [:] }
        // Descriptors meant for another process (sd_listen_fds: LISTEN_PID) are not ours; a supervisor cannot know the
        // id of a process that it has yet to start, and leaves LISTEN_PID out.
        if let process = environment["LISTEN_PID"], process != String(getpid()) { return [:] }
        guard let count = Int32(text), (0...1024).contains(count) else {
            throw SurroundingsError("LISTEN_FDS is \(text), which is not a number of descriptors from 0 to 1024")
        }
        let names = (environment["LISTEN_FDNAMES"] ?? "").split(separator: ":", omittingEmptySubsequences: false)
        var listeners: [String: [Int32]] = [:]
        for offset in 0..<count {
            let descriptor = firstDescriptor + offset
            guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) >= 0 else {
                throw SurroundingsError("LISTEN_FDS is \(text), but descriptor \(descriptor) is not open")
            }
            let name = Int(offset) < names.count ? String(names[Int(offset)]) : "unknown"
            listeners[name, default: []].append(descriptor)
        }
        return listeners
    }
}

/// A worker was started in a way that it cannot work in.
package struct SurroundingsError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
