internal import Glibc

/// The system users that the programs of a host run as; nil where a program runs as the same user as this one.
package struct HostUsers: Hashable, Sendable {
    package let control: UInt32?
    package let mail: UInt32?
    package let web: UInt32?

    /// All programs are one user's, as under `malaposta supervise`.
    package static let same = HostUsers()

    /// Those that this program's environment names; for the others those that Debian's packages make, where the machine has them.
    package static let installed: HostUsers = {
        func id(_ variable: String, _ usual: String) -> UInt32? {
            let named = unsafe getenv(variable).map { unsafe String(cString: $0) }
            return SystemUser(named: named ?? usual)?.id
        }
        return HostUsers(
            control: id("MALAPOSTA_CONTROL_USER", "malaposta"), mail: id("MALAPOSTA_MAIL_USER", "malaposta-mail"),
            web: id("MALAPOSTA_WEB_USER", "malaposta-web"))
    }()

    private init() { (control, mail, web) = (nil, nil, nil) }

    init(control: UInt32?, mail: UInt32?, web: UInt32?) { (self.control, self.mail, self.web) = (control, mail, web) }

    /// - Parameters: names of users, as the units pass them; nil is this program's own.
    /// - Throws: `UnknownUser`: to go on would leave a program out, or let a stranger in.
    package init(control: String? = nil, mail: String? = nil, web: String? = nil) throws(UnknownUser) {
        self.control = try control.map { (name) throws(UnknownUser) in try Self.id(of: name) }
        self.mail = try mail.map { (name) throws(UnknownUser) in try Self.id(of: name) }
        self.web = try web.map { (name) throws(UnknownUser) in try Self.id(of: name) }
    }

    package enum Program: Sendable {
        case control, mail, web
    }

    /// Who may ask: these programs, beside root and this program's own user.
    package func policy(_ programs: [Program]) -> PeerPolicy {
        PeerPolicy(
            alsoUsers: Set(
                programs.compactMap { program in
                    switch program {
                    case .control: control
                    case .mail: mail
                    case .web: web
                    }
                }))
    }

    private static func id(of name: String) throws(UnknownUser) -> UInt32 {
        guard let user = SystemUser(named: name) else { throw UnknownUser(name: name) }
        return user.id
    }
}

package struct UnknownUser: Error, Hashable, Sendable, CustomStringConvertible {
    let name: String

    package var description: String { "this machine has no user \(name); systemd-sysusers makes it from malaposta.conf" }
}

/// An entry of the machine's table of users, passwd(5).
package struct SystemUser: Hashable, Sendable {
    package let name: String
    package let id: UInt32
    package let group: UInt32

    package init?(named name: String) {
        unsafe self.init { entry, buffer, size, found in unsafe getpwnam_r(name, entry, buffer, size, found) }
    }

    package init?(id: UInt32) {
        unsafe self.init { entry, buffer, size, found in unsafe getpwuid_r(id, entry, buffer, size, found) }
    }

    private typealias LookUp = (
        UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int, UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
    ) -> Int32

    private init?(_ lookUp: LookUp) {
        var entry = unsafe passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16_384)
        let size = buffer.count
        let code = unsafe buffer.withUnsafeMutableBufferPointer { space in
            guard let start = space.baseAddress else { return ENOMEM }
            return unsafe lookUp(&entry, start, size, &found)
        }
        guard code == 0, unsafe found != nil else { return nil }
        name = unsafe entry.pw_name.map { unsafe String(cString: $0) } ?? ""
        id = unsafe entry.pw_uid
        group = unsafe entry.pw_gid
    }
}
