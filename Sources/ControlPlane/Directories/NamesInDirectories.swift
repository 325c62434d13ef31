internal import Mail
internal import MailConfiguration
internal import Provisioning

/// Whom the directories have by their addresses, read when files first name somebody whom they do not have themselves: most files
/// name few, and tenants without a directory nobody.
final class NamesInDirectories {
    private let snapshots: SnapshotDatabase
    private var read: Set<TenantID> = []
    /// Why they could not be read; then what was read of the files does not count.
    private(set) var failure: (any Error)?

    init(_ snapshots: SnapshotDatabase) { self.snapshots = snapshots }

    func name(_ tenant: TenantID, _ address: Address) -> DirectoryNames.Name? {
        guard failure == nil else { return nil }
        do {
            if read.insert(tenant).inserted { try snapshots.readNames(of: tenant) }
            return try snapshots.name(of: address, in: tenant)
        } catch {
            failure = error
            return nil
        }
    }
}
