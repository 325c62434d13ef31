internal import FoundationEssentials
package import Mail
package import MailConfiguration

/// What `malaposta setup` asks, and the files that follow from the answers.
package struct FirstHost: Sendable {
    package var hostName: DomainName
    package var tenant: TenantID
    package var tenantName: String
    /// `en` or `pt`.
    package var language: String
    package var domain: DomainName
    /// Before the @ of the first user, who administers the tenant; also its id.
    package var user: String
    package var userName: String
    /// crypt(3)'s; nil leaves the password to `malaposta user password`.
    package var passwordHash: String?
    /// PEM files; nil is a self-signed certificate.
    package var certificate: (chain: String, key: String)?
    /// For closed networks, whose domains nobody can prove.
    package var allowsUnproven: Bool
    package var hasIPv6: Bool

    package init(hostName: DomainName, tenant: TenantID, domain: DomainName, user: String) {
        self.hostName = hostName
        self.tenant = tenant
        self.domain = domain
        self.user = user
        tenantName = tenant.text
        language = "en"
        userName = user
        passwordHash = nil
        certificate = nil
        allowsUnproven = false
        hasIPv6 = false
    }

    /// The files, by their path in the configuration folder.
    package var files: ConfigurationFiles {
        let texts = [
            "malaposta.yaml": host, "tenants/\(tenant)/tenant.yaml": tenantFile,
            "tenants/\(tenant)/accounts.yaml": accounts, "tenants/\(tenant)/domains/\(domain.ascii).yaml": domainFile,
        ]
        return ConfigurationFiles(contents: texts.mapValues { Array($0.utf8) })
    }

    private var host: String {
        let tls =
            certificate.map { files in
                """
                tls:
                  certificates:
                    - certificate_file: \(Self.quoted(files.chain))
                      key_file: \(Self.quoted(files.key))
                """
            } ?? """
                # A certificate made here; clients warn of it. 'man malaposta' says how to have
                # one from a certificate authority, and how to name its files here.
                tls:
                  self_signed: true
                """
        let unproven =
            allowsUnproven
            ? """


            # Takes mail for domains before their ownership is proven in DNS: for closed
            # networks only.
            allow_unproven: true
            """ : ""
        return """
            # This host, as its operator wants it. Made by 'malaposta setup'; yours from now
            # on: the software reads these files and never writes them again.
            # After a change:   malaposta check   shows what is wrong,
            #                   malaposta plan    what would change for the mail,
            #                   malaposta apply   puts it in force.
            schema: 1

            # The name that this host greets with. DNS has to lead it to this host's
            # address, and the address back to it.
            host_name: \(hostName.ascii)

            # Where connections are accepted: 0.0.0.0 is all of IPv4, "::" all of IPv6.
            listeners:
            \(FirstListeners.lines(hasIPv6: hasIPv6).joined(separator: "\n"))

            \(tls)\(unproven)

            # The most that a tenant's own files may ask for.
            tenant_limits:
              accounts: 1000
              domains: 20
              quota_per_account: 20 GB
              total_quota: 500 GB

            """
    }

    private var tenantFile: String {
        """
        # A tenant. Its folder is called by its id, which never changes; the name may.
        schema: 1
        id: \(tenant)
        name: \(Self.quoted(tenantName))
        language: \(language)

        # Who administers it, and reads what is sent to postmaster@ and abuse@.
        admins: [\(Self.quoted(user))]

        """
    }

    private var accounts: String {
        let password =
            passwordHash.map { "    password_hash: \($0)" }
            ?? "    # 'malaposta user password \(user)@\(domain.unicode)' sets the password."
        return """
            # The people of this tenant. An account is its id: that never changes, the
            # address may. 'mkpasswd' makes a password_hash.
            schema: 1

            users:
              - id: \(Self.quoted(user))
                address: \(Self.quoted("\(user)@\(domain.unicode)"))
                name: \(Self.quoted(userName))
            \(password)

            """
    }

    private var domainFile: String {
        """
        # A mail domain. 'malaposta config schema domain' lists all that can be said.
        schema: 1
        name: \(domain.unicode)

        """
    }

    /// A YAML scalar in double quotes, which are JSON's (YAML 1.2 §1.3).
    private static func quoted(_ text: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
    }
}
