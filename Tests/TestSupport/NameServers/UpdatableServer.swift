internal import Glibc

/// A name server (bind9) that takes signed updates of one zone.
package final class UpdatableServer: Sendable {
    package static let keyName = "malaposta-test"
    package static let secret = "bWFsYXBvc3RhIHRlc3Qga2V5IG9mIDMyIG9jdGV0cyE="

    package let port: UInt16
    private let folder: String
    private let program: ChildProgram

    /// - Parameter records: lines of the zone beside its SOA and NS.
    package init(zone: String, records: String = "") async throws {
        port = try LoopbackPort.free()
        folder = "/tmp/malaposta-bind-\(UInt64.random(in: .min ... .max))"
        unsafe mkdir(folder, 0o700)
        try TestFile.write(
            """
            $ORIGIN \(zone).
            @ 300 IN SOA ns admin 1 3600 600 86400 60
            @ 300 IN NS ns
            ns 300 IN A 127.0.0.1
            \(records)
            """, to: "\(folder)/zone")
        try TestFile.write(
            """
            options {
                directory "\(folder)";
                listen-on port \(port) { 127.0.0.1; };
                listen-on-v6 { none; };
                recursion no;
                pid-file "\(folder)/pid";
                session-keyfile "\(folder)/session.key";
                managed-keys-directory "\(folder)";
            };
            controls { };
            key "\(Self.keyName)" { algorithm hmac-sha256; secret "\(Self.secret)"; };
            zone "\(zone)" { type primary; file "\(folder)/zone"; update-policy { grant \(Self.keyName) zonesub ANY; }; };

            """, to: "\(folder)/named.conf")
        program = try ChildProgram(["/usr/sbin/named", "-g", "-c", "\(folder)/named.conf", "-n", "1"], output: "\(folder)/log")
        var tries = 0
        while !TestFile.text("\(folder)/log").contains("all zones loaded") || !LoopbackPort.isOpen("127.0.0.1", port) {
            tries += 1
            guard tries < 600 else { throw ChildProgramError(words: ["named"], code: 0, output: TestFile.text("\(folder)/log")) }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Changes the zone as a person does it.
    ///
    /// - Parameter commands: lines of nsupdate(1).
    package func update(_ commands: String) throws {
        let file = "\(folder)/commands"
        try TestFile.write("server 127.0.0.1 \(port)\n\(commands)send\n", to: file)
        try ChildProgram.run(["/usr/bin/nsupdate", "-y", "hmac-sha256:\(Self.keyName):\(Self.secret)", file])
    }

    deinit {
        program.stop()
        _ = try? ChildProgram.run(["rm", "-rf", folder])
    }
}
