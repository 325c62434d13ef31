package import MailConfiguration

extension WebLimits {
    /// With what the host's configuration says; the rest as it is.
    package init(_ host: HostLimits) {
        self.init()
        connections = host.connections
        connectionsPerAddress = max(host.connectionsPerAddress, Self.connectionsOfOnePerson)
        sessionIdle = host.webSession
    }

    /// A browser opens up to six connections, and the people of an office share one address.
    private static let connectionsOfOnePerson = 100
}
