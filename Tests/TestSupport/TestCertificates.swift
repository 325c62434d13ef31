internal import Glibc

/// Certificates that openssl(1) makes: a root, an authority below it, a server's own below that, and a stranger's.
package final class TestCertificates: Sendable {
    private let folder: String

    /// - Parameter name: what the server's certificate stands for.
    package init(server name: String) throws {
        folder = "/tmp/malaposta-certificates-\(UInt64.random(in: .min ... .max))"
        unsafe mkdir(folder, 0o700)
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        for one in ["root", "stranger"] {
            try openssl(
                ["req", "-x509", "-days", "3650", "-subj", "/CN=\(one)", "-keyout", "\(one).key", "-out", "\(one).pem"] + key)
        }
        for (one, issuer, extensions) in [
            ("authority", "root", "basicConstraints=critical,CA:TRUE\nsubjectKeyIdentifier=hash\n"),
            ("server", "authority", "basicConstraints=critical,CA:FALSE\nsubjectAltName=DNS:\(name)\n"),
        ] {
            try TestFile.write(extensions, to: "\(folder)/extensions")
            try openssl(["req", "-new", "-subj", "/CN=\(one)", "-keyout", "\(one).key", "-out", "request"] + key)
            try openssl([
                "x509", "-req", "-in", "request", "-days", "3650", "-CA", "\(issuer).pem", "-CAkey", "\(issuer).key",
                "-CAcreateserial", "-extfile", "extensions", "-out", "\(one).pem",
            ])
        }
    }

    deinit { _ = try? ChildProgram.run(["rm", "-rf", folder]) }

    /// PEM of several, one behind the other.
    package func text(_ names: [String]) -> [UInt8] { names.flatMap { Array(TestFile.text("\(folder)/\($0).pem").utf8) } }

    /// What a TLSA record holds of a certificate, in hexadecimal digits: openssl(1)'s own reckoning.
    package func association(_ selector: UInt8, _ matching: UInt8, of name: String) throws -> String {
        let chosen =
            selector == 0
            ? "openssl x509 -in \(name).pem -outform DER"
            : "openssl x509 -in \(name).pem -noout -pubkey | openssl pkey -pubin -outform DER"
        let digest = matching == 0 ? "cat" : "openssl dgst -binary \(matching == 1 ? "-sha256" : "-sha512")"
        return try ChildProgram.run(["sh", "-c", "cd \(folder) && \(chosen) | \(digest) | od -An -v -tx1 | tr -d ' \\n'"])
    }

    private func openssl(_ words: [String]) throws {
        try ChildProgram.run(["sh", "-c", "cd \"$0\" && exec openssl \"$@\"", folder] + words)
    }
}
