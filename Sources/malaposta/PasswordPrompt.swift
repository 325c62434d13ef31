import Glibc

/// Asks for a password at the terminal.
enum PasswordPrompt {
    /// One line of standard input, without its end.
    static func line() throws -> [UInt8] {
        guard let line = readLine(strippingNewline: true) else { throw CommandRefusal("standard input is empty") }
        return Array(line.utf8)
    }

    /// Typed twice, without echo; again where the two differ.
    static func twice(for name: String) throws -> [UInt8] {
        guard isatty(STDIN_FILENO) == 1 else {
            throw CommandRefusal("there is no terminal to type a password at; give it by --stdin")
        }
        while true {
            let first = try hidden("New password of \(name): ")
            guard try hidden("Once more: ") != first else { return first }
            print("  the two are not the same")
        }
    }

    private static func hidden(_ prompt: String) throws -> [UInt8] {
        var shown = termios()
        guard unsafe tcgetattr(STDIN_FILENO, &shown) == 0 else { throw CommandRefusal("the terminal does not answer") }
        var silent = shown
        silent.c_lflag &= ~tcflag_t(ECHO)
        unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer {
            unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown)
            print()
        }
        print(prompt, terminator: "")
        fflush(nil)
        return try line()
    }
}
