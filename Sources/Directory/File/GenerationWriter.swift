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

    /// Writes a generation that is not in force yet. Files of tenants that are the same as in `previous` are shared with it;
    /// those of which little differs are copied and changed.
    ///
    /// - Returns: the tenants whose files were written.
    /// - Throws: with nothing but a folder of a temporary name left, which the next call takes away.
    @discardableResult
    package func write(_ content: GenerationContent, number: Int, previous: Int?) throws -> Set<TenantID> {
        // A damaged or foreign predecessor has nothing to share; the new generation is written in full.
        let difference = previous.flatMap { try? GenerationReader(folder, number: $0).difference(from: content) }
        return try write(content, number: number, since: difference)
    }

    /// The same where the difference from the previous generation is known.
    @discardableResult
    package func write(
        _ content: GenerationContent, number: Int, since difference: GenerationDifference?
    ) throws -> Set<TenantID> {
        let temporary = "\(folder.path)/.new"
        try before(.folder)
        try Disk.makeFolder(folder.path, mode: 0o750)
        try Disk.remove(temporary)
        try Disk.makeFolder(temporary, mode: 0o750)
        try Disk.makeFolder("\(temporary)/tenants", mode: 0o750)
        var digests: [TenantID: String] = [:]
        var written: Set<TenantID> = []
        for tenant in content.tenants {
            let id = tenant.tenant.id
            let digest = try Self.digest(of: tenant)
            digests[id] = digest
            let path = "\(temporary)/tenants/\(id.text).db"
            try before(.link(id))
            let isSame = difference?.tenants[id]?.isEmpty == true && difference?.digests[id] == digest
            if isSame, let difference, try Disk.link(folder.tenant(id, difference.number), as: path) { continue }
            try before(.tenant(id))
            try TenantFileWriter(tenant).write(to: path, since: difference?.tenants[id], in: previous(id, difference))
            written.insert(id)
        }
        try before(.host)
        let host = HostFileWriter(content, number: number, digests: digests)
        try host.write(to: "\(temporary)/host.db", since: difference, in: difference.map { folder.host($0.number) })
        try before(.flush)
        try Disk.flush("\(temporary)/tenants")
        try Disk.flush(temporary)
        try before(.rename)
        try Disk.remove(folder.generation(number))
        try Disk.rename(temporary, to: folder.generation(number))
        try Disk.flush(folder.path)
        return written
    }

    private func previous(_ tenant: TenantID, _ difference: GenerationDifference?) -> String? {
        difference.map { folder.tenant(tenant, $0.number) }
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
    private static func digest(of tenant: TenantContent) throws -> String {
        var octets = Array("\(GenerationSchema.version):".utf8)
        octets += try RecordCoding.octets(tenant.tenant)
        for domain in tenant.domains { octets += try RecordCoding.octets(domain) }
        return Hex.encode(SHA256.digest(of: octets))
    }
}
