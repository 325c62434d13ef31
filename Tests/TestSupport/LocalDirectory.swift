internal import Glibc

/// An OpenLDAP server (slapd) on a socket in a folder of its own, of which everybody may read everything.
package final class LocalDirectory: Sendable {
    package static let base = "dc=acme,dc=example"
    private static let writer = ["-x", "-D", "cn=writer,\(base)", "-w", "secret"]

    package let url: String
    private let folder: String
    private let program: ChildProgram

    /// Returns when it answers.
    ///
    /// - Parameters:
    ///   - entries: LDIF of what is below `base`.
    ///   - tellsChanges: whether its database does what the server says that it knows (RFC 4533).
    ///   - limits: lines of slapd.conf(5).
    package init(_ entries: String, tellsChanges: Bool = true, limits: String = "") throws {
        folder = "/tmp/malaposta-slapd-\(UInt64.random(in: .min ... .max))"
        url = "ldapi://" + folder.split(separator: "/").map { "%2f\($0)" }.joined() + "%2fsocket"
        unsafe mkdir(folder, 0o700)
        unsafe mkdir("\(folder)/data", 0o700)
        let schemas = ["core", "cosine", "inetorgperson", "misc"].map { "include /etc/ldap/schema/\($0).schema\n" }.joined()
        let settings = """
            modulepath /usr/lib/ldap
            moduleload back_mdb
            moduleload syncprov
            database mdb
            suffix "\(Self.base)"
            rootdn "cn=writer,\(Self.base)"
            rootpw secret
            directory \(folder)/data
            dbnosync
            access to * by * read
            \(limits)
            \(tellsChanges ? "overlay syncprov" : "")

            """
        try TestFile.write(schemas + settings, to: "\(folder)/slapd.conf")
        let root = "dn: \(Self.base)\nobjectClass: dcObject\nobjectClass: organization\ndc: acme\no: Acme\n\n"
        try TestFile.write(root + entries, to: "\(folder)/entries")
        try ChildProgram.run(["/usr/sbin/slapadd", "-q", "-f", "\(folder)/slapd.conf", "-l", "\(folder)/entries"])
        program = try ChildProgram(
            ["/usr/sbin/slapd", "-d", "0", "-f", "\(folder)/slapd.conf", "-h", url], output: "\(folder)/log")
        var tries = 0
        while (try? ChildProgram.run(["ldapwhoami", "-x", "-H", url])) == nil {
            tries += 1
            guard tries < 600 else {
                throw ChildProgramError(words: ["slapd"], code: 0, output: TestFile.text("\(folder)/log"))
            }
            usleep(20_000)
        }
    }

    deinit {
        stop()
        _ = try? ChildProgram.run(["rm", "-rf", folder])
    }

    package func stop() { program.stop() }

    /// Changes as ldapmodify(1) takes them; what has no changetype is added.
    package func modify(_ ldif: String) throws {
        try TestFile.write(ldif, to: "\(folder)/changes")
        try ChildProgram.run(["ldapmodify", "-a", "-H", url] + Self.writer + ["-f", "\(folder)/changes"])
    }

    /// - Parameter more: further attributes, a line each.
    package static func person(_ name: String, _ more: String = "") -> String {
        let lines = ["uid", "cn", "sn"].map { "\($0): \(name)\n" }.joined()
        return "dn: uid=\(name),\(base)\nobjectClass: inetOrgPerson\n\(lines)mail: \(name)@acme.example\n\(more)\n"
    }
}
