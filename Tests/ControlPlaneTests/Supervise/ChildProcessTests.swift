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
        let child = try ChildProcess(
            "/bin/sh", arguments: ["-c", "trap '' TERM; kill -STOP $$; sleep 1000"], environment: [:], descriptors: [])
        #expect(await child.stop(within: .milliseconds(50)) == .signal(SIGKILL))
    }

    @Test func getsItsDescriptorsFromThreeOn() async throws {
        var ends: [Int32] = [0, 0]
        try #require(unsafe pipe(&ends) == 0)
        let writing = fcntl(ends[1], F_DUPFD_CLOEXEC, ChildProcess.firstOwnDescriptor)
        close(ends[1])
        let child = try ChildProcess(
            "/bin/sh", arguments: ["-c", "echo $WORD >&3"], environment: ["WORD": "passed"], descriptors: [writing])
        close(writing)
        #expect(await child.exit() == .status(0))
        var octets = [UInt8](repeating: 0, count: 64)
        let count = unsafe read(ends[0], &octets, octets.count)
        close(ends[0])
        #expect(String(decoding: octets.prefix(count), as: UTF8.self) == "passed\n")
    }

    @Test func aMissingProgramIsNamed() throws {
        let error = try #require(throws: SpawnError.self) {
            try ChildProcess("/nonexistent/malaposta-mail", environment: [:], descriptors: [])
        }
        #expect(error.description == "/nonexistent/malaposta-mail cannot be started: No such file or directory")
    }
}
