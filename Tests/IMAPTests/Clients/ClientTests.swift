import Foundation
import NIOCore
import Testing

@testable import IMAP

@Suite("Real clients") struct ClientTests {
    /// Runs a script of this folder, without blocking a thread that tests need; its output where it fails.
    private func run(_ script: String, _ arguments: [String]) async throws -> String? {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        process.arguments = [folder.appending(path: script).path] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        return try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { process in
                let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
                continuation.resume(returning: process.terminationStatus == 0 ? nil : text)
            }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
    }

    @Test func imaplib() async throws {
        try await withServer { server in
            let port = try #require(server.address.port)
            #expect(try await run("imaplib_round.py", ["\(port)"]) == nil)
        }
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/mbsync"))) func mbsync() async throws {
        try await withServer { server in
            let port = try #require(server.address.port)
            #expect(try await run("mbsync_round.py", ["\(port)", server.folder + "/mbsync"]) == nil)
        }
    }
}
