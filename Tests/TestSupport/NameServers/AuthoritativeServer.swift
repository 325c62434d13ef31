internal import Glibc

/// An authoritative name server (nsd) on a loopback address, with zones of its own.
package final class AuthoritativeServer: Sendable {
    package struct Zone: Sendable {
        package var name: String
        /// A zone file.
        package var text: String

        package init(_ name: String, _ text: String) {
            self.name = name
            self.text = text
        }
    }

    package let address: String
    package let port: UInt16
    private let folder: String
    private let program: ChildProgram

    /// Returns when it answers.
    package init(_ zones: [Zone], address: String = "127.0.0.1", port: UInt16? = nil) async throws {
        self.address = address
        self.port = try port ?? LoopbackPort.free()
        folder = "/tmp/malaposta-nsd-\(UInt64.random(in: .min ... .max))"
        unsafe mkdir(folder, 0o700)
        var configuration = """
            server:
              ip-address: \(address)@\(self.port)
              username: ""
              zonesdir: "\(folder)"
              database: ""
              pidfile: "\(folder)/pid"
              xfrdfile: "\(folder)/xfrd"
              zonelistfile: "\(folder)/zones"
              xfrdir: "\(folder)"
              server-count: 1
              do-ip6: no
              rrl-ratelimit: 0
            remote-control:
              control-enable: no

            """
        for (index, zone) in zones.enumerated() {
            try TestFile.write(zone.text, to: "\(folder)/\(index).zone")
            configuration += "zone:\n  name: \"\(zone.name)\"\n  zonefile: \"\(index).zone\"\n"
        }
        try TestFile.write(configuration, to: "\(folder)/nsd.conf")
        program = try ChildProgram(["/usr/sbin/nsd", "-d", "-c", "\(folder)/nsd.conf"], output: "\(folder)/log")
        var tries = 0
        while !LoopbackPort.isOpen(address, self.port) {
            tries += 1
            guard tries < 600 else { throw Self.failure(folder) }
            try await Task.sleep(for: .milliseconds(50))
        }
        // A zone with an error is not served at all, which looks like trouble elsewhere.
        guard !TestFile.text("\(folder)/log").contains(" error: ") else { throw Self.failure(folder) }
    }

    private static func failure(_ folder: String) -> ChildProgramError {
        ChildProgramError(words: ["nsd"], code: 0, output: TestFile.text("\(folder)/log"))
    }

    deinit {
        program.stop()
        _ = try? ChildProgram.run(["rm", "-rf", folder])
    }
}

/// Signs zones, as the programs of bind9 do.
package enum ZoneSigning {
    package struct Signed: Sendable {
        /// The zone file with signatures.
        package var text: String
        /// A DNSKEY record for a validator to begin with.
        package var trustAnchor: String
        /// For the parent zone.
        package var delegation: String
    }

    package static func sign(_ zone: AuthoritativeServer.Zone) throws -> Signed {
        let folder = "/tmp/malaposta-sign-\(UInt64.random(in: .min ... .max))"
        unsafe mkdir(folder, 0o700)
        defer { _ = try? ChildProgram.run(["rm", "-rf", folder]) }
        let make = ["/usr/bin/dnssec-keygen", "-q", "-K", folder, "-a", "ECDSAP256SHA256"]
        let anchor =
            try ChildProgram.run(make + ["-f", "KSK", zone.name]).split(whereSeparator: \.isWhitespace).last.map(String.init)
            ?? ""
        try ChildProgram.run(make + [zone.name])
        try TestFile.write(zone.text, to: "\(folder)/zone")
        try ChildProgram.run([
            "/usr/bin/dnssec-signzone", "-S", "-K", folder, "-d", folder, "-o", zone.name, "-f", "\(folder)/signed",
            "\(folder)/zone",
        ])
        let key = TestFile.text("\(folder)/\(anchor).key").split(separator: "\n").first { !$0.hasPrefix(";") } ?? ""
        let delegation = try ChildProgram.run(["/usr/bin/dnssec-dsfromkey", "-2", "\(folder)/\(anchor).key"])
        return Signed(text: TestFile.text("\(folder)/signed"), trustAnchor: String(key), delegation: delegation)
    }
}
