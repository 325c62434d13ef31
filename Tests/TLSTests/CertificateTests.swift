import FoundationEssentials
import NIOSSL
import TLS
import Testing

@Suite("Certificates of the host") struct CertificateTests {
    @Test func aSelfSignedCertificateIsServedAndNamesTheHost() throws {
        try withFolder { folder in
            let made = try SelfSignedCertificate(names: ["mail.example.org", "127.0.0.1"])
            try write(made.certificate, folder + "/host.crt")
            try write(made.privateKey, folder + "/host.key")
            let certificates = try ServerCertificates(certificate: folder + "/host.crt", privateKey: folder + "/host.key")
            let first = certificates.context
            try certificates.reload(certificate: folder + "/host.crt", privateKey: folder + "/host.key")
            #expect(first !== certificates.context)

            let shown = try #require(try NIOSSLCertificate.fromPEMFile(folder + "/host.crt").first)
            #expect(shown._subjectAlternativeNames().count == 2)
        }
    }

    @Test func aKeyOfAnotherCertificateIsRefusedByName() throws {
        try withFolder { folder in
            let one = try SelfSignedCertificate(names: ["one.example"])
            let other = try SelfSignedCertificate(names: ["other.example"])
            try write(one.certificate, folder + "/host.crt")
            try write(other.privateKey, folder + "/host.key")
            let error = try #require(throws: CertificateError.self) {
                try ServerCertificates(certificate: folder + "/host.crt", privateKey: folder + "/host.key")
            }
            #expect(error.description.hasPrefix(folder + "/host.key: "))
        }
    }

    @Test func aMissingFileIsNamed() throws {
        let error = try #require(throws: CertificateError.self) {
            try ServerCertificates(certificate: "/nonexistent.crt", privateKey: "/nonexistent.key")
        }
        #expect(error.description.hasPrefix("/nonexistent.crt: "))
    }

    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.path + "/malaposta-tls-" + SecureRandom.hex(8)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    private func write(_ octets: [UInt8], _ path: String) throws { try Data(octets).write(to: URL(filePath: path)) }
}
