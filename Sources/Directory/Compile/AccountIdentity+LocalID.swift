package import Mail
package import MailConfiguration

extension AccountIdentity {
    /// Of an object of a tenant: one of its files, or of a directory, whose id and stable id the object's id has.
    package init(tenant: TenantID, id: LocalID) {
        if let (directory, stableID) = id.directoryParts {
            self.init(tenant: tenant, source: directory, stableID: stableID)
        } else {
            self.init(tenant: tenant, stableID: id.text)
        }
    }
}
