package import LDAP
package import Mail
package import MailConfiguration

/// A directory of a tenant, and how to reach it.
package struct DirectorySource: Sendable, Equatable {
    package let tenant: TenantID
    package let configuration: DirectoryConfiguration
    /// The tenant's: entries' addresses in others are not used.
    package let domains: Set<DomainName>
    /// What relative paths count from.
    package let folder: String

    package init(tenant: TenantID, _ configuration: DirectoryConfiguration, domains: Set<DomainName>, folder: String) {
        self.tenant = tenant
        self.configuration = configuration
        self.domains = domains
        self.folder = folder
    }

    package var place: DirectoryPlace { DirectoryPlace(tenant: tenant, directory: configuration.id) }

    package var map: AttributeMap { AttributeMap(configuration, domains: domains) }

    package var server: Server {
        let identity: Server.Identity =
            switch configuration.bind {
            case .anonymous: .anonymous
            case .simple(let name, let password): .simple(name: name, password: password)
            case .external: .external
            }
        return Server(
            urls: configuration.urls, startTLS: configuration.startTLS, authorityFile: configuration.authorityFile.map(rooted),
            certificateFile: configuration.certificateFile.map(rooted), keyFile: configuration.keyFile.map(rooted),
            identity: identity, connectTime: configuration.sync.connectTime, answerTime: configuration.sync.answerTime)
    }

    private func rooted(_ path: String) -> String { path.hasPrefix("/") ? path : "\(folder)/\(path)" }
}

extension ConfigurationTree {
    /// All directories of all tenants.
    package func directorySources(folder: String) -> [DirectorySource] {
        tenants.flatMap { tenant in
            let domains = Set(tenant.domains.map(\.name))
            return tenant.directories.map { DirectorySource(tenant: tenant.id, $0, domains: domains, folder: folder) }
        }
    }
}
