/// Asks the world, from the root on or through forwarders, and validates what comes back (DNSSEC, RFC 4035).
///
/// All calls into libunbound are made by one thread of its own; whoever asks waits without holding a thread.
package final class ValidatingResolver: Resolver, Sendable {
    /// The root's keys as Debian's dns-root-data has them.
    package static let systemTrustAnchor = "/usr/share/dns/root.key"

    package struct Options: Sendable {
        package enum TrustAnchor: Sendable {
            /// A zone file of DS or DNSKEY records.
            case file(String)
            /// One such record.
            case record(String)
        }

        package struct Stub: Sendable {
            package var zone: DNSName
            package var server: ServerAddress

            package init(zone: DNSName, server: ServerAddress) {
                self.zone = zone
                self.server = server
            }
        }

        package var trustAnchors: [TrustAnchor]
        /// Asked instead of the root's servers; what they say is validated all the same.
        package var forwarders: [ServerAddress]
        /// Authoritative servers of single zones, for closed networks.
        package var stubs: [Stub]
        /// Whether servers on this machine itself may be asked.
        package var asksPrivateServers: Bool
        /// How long a question may take; libunbound's own tries would go on for a minute and more.
        package var deadline: Duration
        /// Questions under way at a time; more wait for their turn, which counts against their deadline.
        package var mostQuestions: Int

        package init(
            trustAnchors: [TrustAnchor] = [.file(ValidatingResolver.systemTrustAnchor)], forwarders: [ServerAddress] = [],
            stubs: [Stub] = [], asksPrivateServers: Bool = false, deadline: Duration = .seconds(12), mostQuestions: Int = 128
        ) {
            self.trustAnchors = trustAnchors
            self.forwarders = forwarders
            self.stubs = stubs
            self.asksPrivateServers = asksPrivateServers
            self.deadline = deadline
            self.mostQuestions = mostQuestions
        }
    }

    private let deadline: Duration
    private let loop: UnboundLoop

    /// - Throws: `.trustAnchor` where the file cannot be read, `.library` where libunbound refuses.
    package init(_ options: Options = Options()) throws(ResolverError) {
        deadline = options.deadline
        loop = try UnboundLoop(options)
        loop.start()
    }

    deinit { loop.stop() }

    package func ask(_ name: DNSName, _ type: RecordType) async -> Answer {
        guard !Task.isCancelled else { return .timeout }
        let id = loop.nextID()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                loop.add(UnboundLoop.Request(id: id, name: name, type: type, end: .now + deadline, continuation: continuation))
            }
        } onCancel: {
            loop.cancel(id)
        }
    }
}

/// Why there is no resolver.
package enum ResolverError: Error, Hashable, Sendable, CustomStringConvertible {
    case library(String)
    case trustAnchor(path: String)

    package var description: String {
        switch self {
        case .library(let what): "libunbound: \(what)"
        case .trustAnchor(let path): "no trust anchor can be read from \(path); Debian's package dns-root-data has the root's"
        }
    }
}
