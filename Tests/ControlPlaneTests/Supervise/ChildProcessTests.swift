import ControlPlane
import Glibc
import Testing

@Suite("Children of the supervisor") struct ChildProcessTests {
    @Test func saysHowItEnded() async throws {
        let child = try ChildProcess("/bin/sh", arguments: ["-c", "exit 7"], environment: [:], descriptors: [])
        #expect(await child.exit() == .status(7))
        child.send(signal: SIGKILL)
    }

    @Test func stopsAtOnceWhenItListens() async throws {
        let child = try ChildProcess("/bin/sleep", arguments: ["1000"], environment: [:], descriptors: [])
        #expect(await child.stop(within: .seconds(60)) == .signal(SIGTERM))
    }

    @Test func isKilledWhenItDoesNotListen() async throws {
        let (reading, writing) = try pipeEnds()
        let child = try ChildProcess(
            "/bin/sh", arguments: ["-c", "trap '' TERM; echo deaf >&3; exec sleep 1000"], environment: ["PATH": "/bin:/usr/bin"],
            descriptors: [writing])
        close(writing)
        #expect(text(from: reading) == "deaf\n")
        #expect(await child.stop(within: .milliseconds(50)) == .signal(SIGKILL))
    }

    @Test func getsItsDescriptorsFromThreeOn() async throws {
        let (reading, writing) = try pipeEnds()
        let child = try ChildProcess(
            "/bin/sh", arguments: ["-c", "echo $WORD >&3"], environment: ["WORD": "passed"], descriptors: [writing])
        close(writing)
        #expect(await child.exit() == .status(0))
        #expect(text(from: reading) == "passed\n")
    }

    /// A pipe whose writing end may be passed to a child.
    private func pipeEnds() throws -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [0, 0]
        try #require(unsafe pipe(&ends) == 0)
        defer { close(ends[1]) }
        return (ends[0], fcntl(ends[1], F_DUPFD_CLOEXEC, ChildProcess.firstOwnDescriptor))
    }

    /// The next octets, as text; waits for them.
    private func text(from descriptor: Int32) -> String {
        defer { close(descriptor) }
        var octets = [UInt8](repeating: 0, count: 64)
        let count = unsafe read(descriptor, &octets, octets.count)
        return String(decoding: octets.prefix(max(0, count)), as: UTF8.self)
    }

    @Test func aMissingProgramIsNamed() throws {
        let error = try #require(throws: SpawnError.self) {
            try ChildProcess("/nonexistent/malaposta-mail", environment: [:], descriptors: [])
        }
        #expect(error.description == "/nonexistent/malaposta-mail cannot be started: No such file or directory")
    }
}
