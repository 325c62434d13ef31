internal import Glibc

/// A program of Debian's that a test runs; it ends with the test.
package final class ChildProgram: Sendable {
    private let id: pid_t

    /// - Parameter output: a file that takes what it prints.
    /// - Throws: `ChildProgramError` where it cannot be started.
    package init(_ words: [String], output: String = "/dev/null") throws {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
        defer { unsafe arguments.forEach { unsafe free($0) } }
        var id: pid_t = 0
        let code = unsafe posix_spawnp(&id, words[0], &actions, nil, &arguments, environ)
        guard code == 0 else { throw ChildProgramError(words: words, code: code, output: "") }
        self.id = id
    }

    deinit { stop() }

    /// Ends it now.
    package func stop() {
        kill(id, SIGKILL)
        var status: Int32 = 0
        unsafe waitpid(id, &status, 0)
    }

    /// Runs a program to its end, and gives back what it printed.
    @discardableResult
    package static func run(_ words: [String]) throws -> String {
        let output = "/tmp/malaposta-test-output-\(UInt64.random(in: .min ... .max))"
        defer { unsafe unlink(output) }
        let program = try ChildProgram(words, output: output)
        var status: Int32 = 0
        unsafe waitpid(program.id, &status, 0)
        let text = TestFile.text(output)
        guard status == 0 else { throw ChildProgramError(words: words, code: status, output: text) }
        return text
    }
}

package struct ChildProgramError: Error, CustomStringConvertible {
    let words: [String]
    let code: Int32
    let output: String

    package var description: String { "\(words.joined(separator: " ")): \(code)\n\(output)" }
}

/// Small files of tests.
package enum TestFile {
    package static func text(_ path: String) -> String {
        let descriptor = unsafe open(path, O_RDONLY)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var octets: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe read(descriptor, &chunk, chunk.count)
            guard count > 0 else { return String(decoding: octets, as: UTF8.self) }
            octets += chunk[..<count]
        }
    }

    package static func write(_ text: String, to path: String) throws {
        let octets = Array(text.utf8)
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        guard descriptor >= 0 else { throw ChildProgramError(words: ["open", path], code: errno, output: "") }
        defer { close(descriptor) }
        guard unsafe Glibc.write(descriptor, octets, octets.count) == octets.count else {
            throw ChildProgramError(words: ["write", path], code: errno, output: "")
        }
    }
}
