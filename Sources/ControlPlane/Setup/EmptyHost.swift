internal import FoundationEssentials
internal import Glibc
internal import Mail
package import MailConfiguration

/// A host just after its installation: all its servers are up, it has no tenant, and nobody has written a file yet.
package struct EmptyHost: Sendable {
    /// Why its generation was made, as `generations` shows it.
    package static let reason = "empty host"

    private let name: String
    private let hasIPv6: Bool

    /// - Parameters:
    ///   - name: the machine's, as the kernel knows it; what is no name that mail can use becomes `localhost.localdomain`.
    ///   - hasIPv6: whether the machine speaks it.
    package init(name: String, hasIPv6: Bool) {
        let isUsable = name.contains(".") && (try? DomainName(name)) != nil
        self.name = isUsable ? name : "localhost.localdomain"
        self.hasIPv6 = hasIPv6
    }

    /// This machine's.
    package static var ofThisMachine: EmptyHost { EmptyHost(name: Machine.name, hasIPv6: Machine.hasIPv6) }

    /// The files that make it.
    package var files: ConfigurationFiles {
        let listeners = FirstListeners.lines(hasIPv6: hasIPv6).joined(separator: "\n")
        let text = """
            # Made by malaposta-control as /etc/malaposta holds nothing that can be applied.
            schema: 1
            host_name: \(name)
            listeners:
            \(listeners)
            tls: { self_signed: true }

            """
        return ConfigurationFiles(contents: ["malaposta.yaml": Array(text.utf8)])
    }
}

/// What is asked of the machine itself.
package enum Machine {
    /// Its full name where the resolver knows it, else the kernel's.
    package static var name: String {
        var octets = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&octets, octets.count - 1) == 0 else { return "localhost" }
        let short = String(decoding: octets.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard !short.contains(".") else { return short }
        return canonicalName(of: short) ?? short
    }

    private static func canonicalName(of name: String) -> String? {
        var hints = unsafe addrinfo()
        unsafe hints.ai_flags = AI_CANONNAME
        unsafe hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(name, nil, &hints, &found) == 0, let first = unsafe found else { return nil }
        defer { unsafe freeaddrinfo(first) }
        return unsafe first.pointee.ai_canonname.map { unsafe String(cString: $0) }
    }

    /// Whether the kernel has an IPv6 address at all; the loopback's counts.
    package static var hasIPv6: Bool {
        (try? String(contentsOfFile: "/proc/net/if_inet6", encoding: .utf8))?.isEmpty == false
    }
}

/// The listeners of a real host.
package enum FirstListeners {
    private static let services: [(service: ListenerService, port: Int)] = [
        (.smtp, 25), (.submission, 587), (.submissions, 465), (.imap, 143), (.imaps, 993), (.http, 80), (.https, 443),
    ]

    /// Lines of YAML under `listeners:`.
    package static func lines(hasIPv6: Bool) -> [String] {
        let families = [("", "0.0.0.0")] + (hasIPv6 ? [("-6", "\"::\"")] : [])
        return services.flatMap { service, port in
            families.map { suffix, address in
                "  - { name: \(service.rawValue)\(suffix), service: \(service.rawValue), address: \(address), port: \(port) }"
            }
        }
    }
}
