package import Mail

/// How far the hosted domains have come, beside what the files say of them.
package struct DomainStandings: Sendable {
    /// A domain in a tenant's hands: another tenant begins anew with it.
    package struct Holding: Hashable, Sendable {
        package var domain: DomainName
        package var tenant: TenantID

        package init(_ domain: DomainName, of tenant: TenantID) {
            self.domain = domain
            self.tenant = tenant
        }
    }

    /// Whose ownership was proven.
    package var proven: Set<Holding>
    /// Keys in use.
    package var signers: [Holding: [DomainSigner]]

    package init(proven: Set<Holding> = [], signers: [Holding: [DomainSigner]] = [:]) {
        self.proven = proven
        self.signers = signers
    }
}
