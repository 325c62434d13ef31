import Foundation
import Logging
import ServiceLifecycle
import Testing

@testable import Worker

@Suite("Services that do not end when they are cut") struct CutDeadlineTests {
    private struct Fails: Service {
        struct Failure: Error {}

        func run() async throws { throw Failure() }
    }

    /// As one that waits for an answer that nobody gives.
    private struct NeverEnds: Service {
        func run() async throws { await Task { while true { try? await Task.sleep(for: .seconds(3600)) } }.value }
    }

    private let folder = FileManager.default.temporaryDirectory.appending(path: "run-\(UUID().uuidString.prefix(8))").path

    init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

    private static func run(_ services: [any Service], in folder: String, cutDeadline: Duration) async throws {
        // As under `supervise`, which holds the other end.
        let supervisor = Pipe()
        let pipe = dup(supervisor.fileHandleForReading.fileDescriptor)
        defer { try? supervisor.fileHandleForWriting.close() }
        let surroundings = try Surroundings(environment: ["MALAPOSTA_RUN": folder, "MALAPOSTA_SUPERVISOR_FD": String(pipe)])
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let start = WorkerStart(
            surroundings, name: "test", report: HealthReport(program: "test", version: "1"), logger: logger)
        try await WorkerRun(surroundings, start: start, cutDeadline: cutDeadline, logger: logger).run(services)
    }

    @Test func theProcessEnds() async {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        await #expect(processExitsWith: .exitCode(EXIT_FAILURE)) { [folder = folder as String] in
            try await Self.run([NeverEnds(), Fails()], in: folder, cutDeadline: .milliseconds(100))
            // Not to be reached: `run` does not return as long as a service runs.
            exit(EXIT_SUCCESS)
        }
    }

    /// Our own services all end.
    @Test(.timeLimit(.minutes(10))) func whatEndsInTimeFailsAsItFailed() async {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        await #expect(throws: Fails.Failure.self) { try await Self.run([Fails()], in: folder, cutDeadline: .seconds(3600)) }
    }
}
