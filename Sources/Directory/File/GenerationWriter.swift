package import Mail
internal import TLS
internal import Wire

/// Writes a generation's folder and puts it in force. Blocks on the disk; one writer at a time.
///
/// Order on disk: files and folders of the new generation are flushed before its folder gets its number, and that is
/// flushed before `current` leads to it. Whenever it stops, `current` leads to a whole generation.
package struct GenerationWriter {
    package let folder: GenerationFolder
    /// Called before each step, named for tests that stop there.
    var before: (Step) throws -> Void = { _ in }

    enum Step: Hashable {
        case folder, link(TenantID), tenant(TenantID), host, flush, rename, publish, publishRename
    }

    package init(_ folder: GenerationFolder) { self.folder = folder }

    /// Writes a generation that is not in force yet. Files of tenants that are the same as in the earlier one are shared with it;
    /// those of which little differs are copied and changed.
    ///
    /// - Returns: the tenants whose files were written.
    /// - Throws: with nothing but a folder of a temporary name left, which the next call takes away.
    @discardableResult
    package func write(_ difference: GenerationDifference, number: Int) throws -> Set<TenantID> {
        let temporary = "\(folder.path)/.new"
        try before(.folder)
        try Disk.makeFolder(folder.path, mode: 0o750)
        try Disk.remove(temporary)
        try Disk.makeFolder(temporary, mode: 0o750)
        try Disk.makeFolder("\(temporary)/tenants", mode: 0o750)
        var digests: [TenantID: String] = [:]
        var written: Set<TenantID> = []
        for tenant in difference.draft.outline.tenants {
            let id = tenant.tenant.id
            let digest = try Self.digest(of: tenant)
            digests[id] = digest
            let path = "\(temporary)/tenants/\(id.text).db"
            // Nil of a tenant that was not there.
            let previous = difference.earlier?.tenant(id).flatMap { _ in difference.number.map { folder.tenant(id, $0) } }
            let changes = difference.changes(of: id)
            try before(.link(id))
            let isSame = changes == 0 && difference.digests[id] == digest
            if isSame, let previous, try Disk.link(previous, as: path) { continue }
            try before(.tenant(id))
            try difference.of(id) { try TenantFileWriter($0).write(to: path, changes: changes, since: previous) }
            written.insert(id)
        }
        try before(.host)
        let host = HostFileWriter(difference, number: number, digests: digests)
        try host.write(to: "\(temporary)/host.db", since: difference.number.map { folder.host($0) })
        try before(.flush)
        try Disk.flush("\(temporary)/tenants")
        try Disk.flush(temporary)
        try before(.rename)
        try Disk.remove(folder.generation(number))
        try Disk.rename(temporary, to: folder.generation(number))
        try Disk.flush(folder.path)
        return written
    }

    /// Puts a written generation in force.
    package func publish(_ number: Int) throws {
        let temporary = "\(folder.path)/.current"
        try before(.publish)
        try Disk.remove(temporary)
        try Disk.symbolicLink(to: "\(number)", at: temporary)
        try before(.publishRename)
        try Disk.rename(temporary, to: folder.current)
        try Disk.flush(folder.path)
    }

    /// Takes away the oldest generations but the newest `count` and the one in force.
    package func keepNewest(_ count: Int) throws {
        let current = folder.currentNumber
        for number in folder.numbers.dropLast(count) where number != current {
            try Disk.remove(folder.generation(number))
        }
    }

    /// Of what is said of a tenant besides its accounts and addresses, which are compared one by one.
    private static func digest(of tenant: TenantOutline) throws -> String {
        var octets = Array("\(GenerationSchema.version):".utf8)
        octets += try RecordCoding.octets(tenant.tenant)
        for domain in tenant.domains { octets += try RecordCoding.octets(domain) }
        return Hex.encode(SHA256.digest(of: octets))
    }
}
