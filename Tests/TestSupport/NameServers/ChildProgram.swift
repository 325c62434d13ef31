internal import Glibc
internal import Synchronization

/// A program of Debian's that a test runs; it ends with the test, and so does whatever it has started.
package final class ChildProgram: Sendable {
    private let id: pid_t
    /// Whether it was waited for: its number may be another program's from then on.
    private let isOver = Mutex(false)

    /// Those that have not been waited for: what a test keeps to its process's end has no deinit.
    private static let living = Mutex<Set<pid_t>>([])
    private static let endsWithProcess: Void = {
        _ = atexit { ChildProgram.living.withLock { for id in $0 { kill(-id, SIGKILL) } } }
    }()

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
        // A group of its own, which is ended as a whole; and no signal is blocked in it, as they may be in this thread.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var unblocked = sigset_t()
        unsafe sigemptyset(&unblocked)
        unsafe posix_spawnattr_setsigmask(&attributes, &unblocked)
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
        var id: pid_t = 0
        let code = unsafe posix_spawnp(&id, words[0], &actions, &attributes, &arguments, environ)
        guard code == 0 else { throw ChildProgramError(words: words, code: code, output: "") }
        self.id = id
        _ = Self.endsWithProcess
        Self.living.withLock { _ = $0.insert(id) }
    }

    deinit { stop() }

    /// Ends it now.
    package func stop() { _ = end(killing: true) }

    /// - Returns: how it ended, as waitpid(2) says it; nil where that was asked before.
    private func end(killing: Bool) -> Int32? {
        isOver.withLock { isOver in
            guard !isOver else { return nil }
            isOver = true
            Self.living.withLock { _ = $0.remove(id) }
            if killing { kill(-id, SIGKILL) }
            var status: Int32 = 0
            unsafe waitpid(id, &status, 0)
            return status
        }
    }

    /// Runs a program to its end, and gives back what it printed.
    @discardableResult
    package static func run(_ words: [String]) throws -> String {
        let output = "/tmp/malaposta-test-output-\(UInt64.random(in: .min ... .max))"
        defer { unsafe unlink(output) }
        let program = try ChildProgram(words, output: output)
        let status = program.end(killing: false) ?? 0
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
