internal import Glibc
package import Logging
internal import ServiceLifecycle
package import TLS

/// Shows new certificates as soon as a generation names others, and within a minute when their files change.
///
/// What cannot be read is logged, and the certificates shown stay as they are.
package struct CertificateWatch: Service {
    /// How often the files are looked at.
    package static let pause: Duration = .seconds(60)

    private let certificates: ServerCertificates
    private let generation: CurrentGeneration
    private let dataFolder: String
    private let configurationFolder: String
    private let logger: Logger

    package init(
        _ certificates: ServerCertificates, generation: CurrentGeneration, dataFolder: String, configurationFolder: String,
        logger: Logger
    ) {
        self.certificates = certificates
        self.generation = generation
        self.dataFolder = dataFolder
        self.configurationFolder = configurationFolder
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { for await _ in generation.changes { reload() } }
                group.addTask { await watchFiles() }
                await group.waitForAll()
            }
        }
    }

    private var pairs: [CertificatePair] {
        generation.value.host.certificatePairs(dataFolder: dataFolder, configurationFolder: configurationFolder)
    }

    private func watchFiles() async {
        var seen = modified()
        while (try? await Task.sleep(for: Self.pause)) != nil {
            let now = modified()
            if now != seen { reload() }
            seen = now
        }
    }

    /// Seconds since 1970 of each file's last change.
    private func modified() -> [Int] {
        pairs.flatMap { [$0.certificate, $0.privateKey] }.map { path in
            var status = stat()
            return unsafe stat(path, &status) == 0 ? status.st_mtim.tv_sec : 0
        }
    }

    private func reload() {
        do { try certificates.reload(pairs) } catch {
            logger.error("certificates cannot be read; those shown stay", metadata: ["cause": "\(error)"])
        }
    }
}
