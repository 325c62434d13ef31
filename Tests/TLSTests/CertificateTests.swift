import FoundationEssentials
import NIOCore
import NIOPosix
import NIOSSL
import TLS
import Testing

@Suite("Certificates of the host") struct CertificateTests {
    @Test func aSelfSignedCertificateIsServedAndNamesTheHost() async throws {
        try await withFolder { folder in
            let made = try SelfSignedCertificate(names: ["mail.example.org", "127.0.0.1"])
            try write(made.certificate, folder + "/host.crt")
            try write(made.privateKey, folder + "/host.key")
            let certificates = try ServerCertificates(certificate: folder + "/host.crt", privateKey: folder + "/host.key")
            let first = certificates.context
            try certificates.reload([CertificatePair(certificate: folder + "/host.crt", privateKey: folder + "/host.key")])
            #expect(first !== certificates.context)

            let shown = try #require(try NIOSSLCertificate.fromPEMFile(folder + "/host.crt").first)
            #expect(shown._subjectAlternativeNames().count == 2)
        }
    }

    @Test(arguments: [
        ("one.example", 0), ("www.two.example", 1), ("two.example", 0), ("a.b.two.example", 0), ("ONE.example", 0), (nil, 0),
    ])
    func theNameChoosesTheCertificate(asked: String?, shown: Int) async throws {
        try await withFolder { folder in
            var pairs: [CertificatePair] = []
            for (number, name) in ["one.example", "*.two.example"].enumerated() {
                let made = try SelfSignedCertificate(names: [name])
                try write(made.certificate, "\(folder)/\(number).crt")
                try write(made.privateKey, "\(folder)/\(number).key")
                pairs.append(CertificatePair(certificate: "\(folder)/\(number).crt", privateKey: "\(folder)/\(number).key"))
            }
            let certificates = try ServerCertificates(pairs)
            let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: certificates.context))
                    }
                }
                .bind(host: "127.0.0.1", port: 0).get()
            let seen = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: NIOSSLCertificate.self)
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.certificateVerification = .noHostnameVerification
            let context = try NIOSSLContext(configuration: configuration)
            let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: context, serverHostname: asked) { chain, verdict in
                                seen.succeed(chain[0])
                                verdict.succeed(.certificateVerified)
                            })
                    }
                }
                .connect(to: try #require(server.localAddress)).get()
            #expect(try await seen.futureResult.get() == NIOSSLCertificate.fromPEMFile("\(folder)/\(shown).crt")[0])
            client.close(promise: nil)
            try await server.close()
        }
    }

    @Test func aKeyOfAnotherCertificateIsRefusedByName() async throws {
        try await withFolder { folder in
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

    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/malaposta-tls-" + SecureRandom.hex(8)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    private func write(_ octets: [UInt8], _ path: String) throws { try Data(octets).write(to: URL(filePath: path)) }
}
