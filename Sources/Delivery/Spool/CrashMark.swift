internal import Glibc

/// Tells the next process that this one died by a fault of its own (a trap, a bad access) and was not killed from outside.
///
/// Without it a message that was being delivered while someone pulled the plug would be blamed like one that makes us trap.
package enum CrashMark {
    /// Whether the process before left the mark; reading does not take it away.
    package static func isSet(at path: String) -> Bool {
        var facts = stat()
        return unsafe stat(path, &facts) == 0 && facts.st_size > 0
    }

    /// Takes the mark away, and leaves one there if this process traps. One path for a process.
    package static func install(at path: String) {
        let opened = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o600)
        guard opened >= 0 else { return }
        unsafe descriptor = opened
        var action = sigaction()
        unsafe action.__sigaction_handler.sa_sigaction = { signal, facts, _ in
            // Nothing but what signal-safety(7) allows. Faults come from the kernel (sigaction(2), si_code above 0); SIGABRT from
            // ourselves, or from systemd's watchdog when we hang.
            let isOwn = unsafe signal == SIGABRT || facts.map { unsafe $0.pointee.si_code > 0 } ?? true
            var mark: UInt8 = 0x78
            if isOwn { _ = unsafe write(descriptor, &mark, 1) }
            // The handler is reset by now. A fault would end the process on return as well, but not a signal that was sent.
            raise(signal)
        }
        action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND)) | SA_NODEFER | SA_ONSTACK | SA_SIGINFO
        for signal in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT] { _ = unsafe sigaction(signal, &action, nil) }
    }
}

/// Set once, before the handler that reads it is installed.
nonisolated(unsafe) private var descriptor: Int32 = -1
