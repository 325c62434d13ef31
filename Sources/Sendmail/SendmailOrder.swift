package import Mail

/// What sendmail(8)'s words ask for: those that cron, scripts and mail programs use, as Postfix and Exim read them.
package struct SendmailOrder: Sendable, Equatable {
    package enum Task: Sendable, Equatable {
        /// Takes a message from standard input.
        case send
        /// `-bp`, `mailq`: shows what waits.
        case queue
        /// `-bi`, `-I`, `newaliases`: there is no table of aliases to make.
        case aliases
        /// `-q`: has tried what waits, which the server does at the right times by itself.
        case flush
    }

    package var task = Task.send
    /// `-f`, `-r`: the envelope's sender as given, without a domain where it has none; `<>` or empty is none. Nil where it is the
    /// caller.
    package var sender: String?
    /// `-F`: the full name in a From field that the message lacks.
    package var fullName: String?
    /// `-t`: recipients also stand in To, Cc and Bcc.
    package var readsRecipients = false
    /// `-i`, `-oi`: a line with a dot alone does not end the message.
    package var ignoresDots = false
    /// `-N`; nil where the words say nothing of it.
    package var notify: DSNNotify?
    /// `-R full`.
    package var returnsFullMessage = false
    /// `-V`.
    package var envelopeID: String?
    /// As given: each a list of addresses as a field of a header has it.
    package var recipients: [String] = []

    /// Words with recipients in one order; the server has a limit of its own.
    package static let mostRecipients = 1_000

    /// - Parameters:
    ///   - program: as whom the program was called: `sendmail`, `mailq`, `newaliases`.
    ///   - words: behind its name.
    package init(program: String, words: [String]) throws(SendmailUsage) {
        if program == "mailq" { task = .queue }
        if program == "newaliases" { task = .aliases }
        var rest = words[...]
        while let word = rest.first, word.hasPrefix("-"), word != "-" {
            rest.removeFirst()
            if word == "--" { break }
            try read(options: word.dropFirst(), &rest)
        }
        recipients = Array(rest)
        guard recipients.count <= Self.mostRecipients else {
            throw SendmailUsage("more than \(Self.mostRecipients) recipients")
        }
    }

    /// The letters of one word, getopt(3): those without a value stand side by side; behind one with a value the rest of the word is it,
    /// or else the next word.
    private mutating func read(options: Substring, _ rest: inout ArraySlice<String>) throws(SendmailUsage) {
        var letters = options
        while let letter = letters.popFirst() {
            if try read(flag: letter) { continue }
            // A value that may be missing is attached: how much to print, which of what waits.
            if letter == "d" || letter == "q" {
                if letter == "q", task == .send { task = .flush }
                return
            }
            guard Self.valued.contains(letter) else { throw SendmailUsage("-\(letter) is not known") }
            guard let value = letters.isEmpty ? rest.popFirst() : String(letters) else {
                throw SendmailUsage("-\(letter) wants a value behind it")
            }
            return try read(letter, value)
        }
    }

    /// - Returns: whether it is one.
    private mutating func read(flag: Character) throws(SendmailUsage) -> Bool {
        switch flag {
        case "t": readsRecipients = true
        case "i": ignoresDots = true
        case "I": task = .aliases
        // How other servers queue, print and mark means nothing here.
        case "n", "m", "v", "G", "U", "s": break
        default: return false
        }
        return true
    }

    private static let valued: Set<Character> = [
        "f", "r", "F", "b", "o", "N", "R", "V", "B", "C", "h", "L", "O", "p", "X", "A", "e",
    ]

    private mutating func read(_ letter: Character, _ value: String) throws(SendmailUsage) {
        switch letter {
        case "f", "r": sender = value
        case "F": fullName = value
        case "b": try read(mode: value)
        case "o": if value == "i" { ignoresDots = true }
        case "N": notify = try Self.notify(value)
        case "R": returnsFullMessage = value.lowercased() == "full"
        case "V": envelopeID = value
        // What tells other servers how to queue and to tell of errors, or where their files are, means nothing here.
        default: break
        }
    }

    private mutating func read(mode: String) throws(SendmailUsage) {
        switch mode {
        case "m", "a": task = .send
        case "p": task = .queue
        case "i": task = .aliases
        default: throw SendmailUsage("-b\(mode) is not offered; the server's doors are systemd's sockets")
        }
    }

    /// RFC 3461 §4.1.
    private static func notify(_ text: String) throws(SendmailUsage) -> DSNNotify {
        var notify = DSNNotify()
        for word in text.lowercased().split(separator: ",") {
            switch word {
            case "never": return .never
            case "success": notify.insert(.success)
            case "failure": notify.insert(.failure)
            case "delay": notify.insert(.delay)
            default: throw SendmailUsage("-N takes never, or success, failure and delay")
            }
        }
        return notify
    }
}

/// The words are not understood: exit status 64, EX_USAGE of sysexits.h.
package struct SendmailUsage: Error, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
